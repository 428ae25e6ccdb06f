using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Quotas;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Quotas;

/// <summary>How much who reads from a queue may read.</summary>
public sealed class ShareFetchQuotaTests
{
    private static readonly RequestContext Caller = new() { Principal = "User:alice" };

    [Fact]
    public async Task No_more_is_asked_for_than_the_quota_lets_through_at_once()
    {
        await using BrokerHarness broker = await StartAsync();
        Recorder recorder = new();
        ShareFetchRequest request = new()
        {
            GroupId = "workers",
            MemberId = "m",
            ShareSessionEpoch = 3,
            MinBytes = 5000,
            MaxRecords = 7,
            Topics = { new() { TopicId = Guid.NewGuid() } },
        };

        using ShareFetchResponse response = await Door(broker, recorder).SendAsync(request, Caller, default);

        ShareFetchRequest asked = Assert.Single(recorder.Asked);
        Assert.Equal((1000, 1000), (asked.MinBytes, asked.MaxBytes));
        Assert.Equal(
            ("workers", "m", 3, 7), (asked.GroupId, asked.MemberId, asked.ShareSessionEpoch, asked.MaxRecords));
        Assert.Same(request.Topics, asked.Topics);
        Assert.Equal((5000, int.MaxValue), (request.MinBytes, request.MaxBytes));
    }

    [Fact]
    public async Task What_was_locked_for_a_member_it_gets_and_is_held_back()
    {
        await using BrokerHarness broker = await StartAsync();
        Recorder recorder = new();
        QuotaBroker door = Door(broker, recorder);
        using ShareFetchResponse first = await door.SendAsync(new ShareFetchRequest(), Caller, default);

        using ShareFetchResponse second = await door.SendAsync(new ShareFetchRequest(), Caller, default);

        long bytes = first.Responses[0].Partitions[0].Records!.Length;
        Assert.Equal(bytes, second.Responses[0].Partitions[0].Records!.Length);
        Assert.Equal((int)Math.Round(((2 * bytes / 10.0) - 100) / 100 * 10_000), second.ThrottleTimeMs);
    }

    private static QuotaBroker Door(BrokerHarness broker, IBroker next) =>
        new(next, new QuotaBook(() => broker.Broker.Image, broker.Time), defaultPartitions: 1);

    private static async Task<BrokerHarness> StartAsync()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries =
            {
                new AlterClientQuotasRequest.EntryData
                {
                    Entity = { new() { EntityType = "user", EntityName = "alice" } },
                    Ops = { new() { Key = "consumer_byte_rate", Value = 100 } },
                },
            },
        });
        return broker;
    }

    // Answers each fetch with one batch.
    private sealed class Recorder : IBroker
    {
        public List<ShareFetchRequest> Asked { get; } = [];

        public IReadOnlyList<ApiVersionRange> SupportedApis => [];

        public ValueTask<TResponse> SendAsync<TResponse>(
            IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
            where TResponse : class
        {
            Asked.Add((ShareFetchRequest)(object)request);
            RecordBuffer batch = BrokerHarness.Batch(new string('x', 700));
            ShareFetchResponse response = new()
            {
                Responses = { new() { Partitions = { new() { Records = batch } } } },
            };
            return new ValueTask<TResponse>((TResponse)(object)response);
        }
    }
}
