using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Testing;
using Xunit;

namespace StreamLog.Tests.Testing;

public sealed class RequestLogTests
{
    private static readonly RequestContext Client = new() { ClientId = "client" };

    [Fact]
    public async Task Requests_are_recorded_with_what_they_name()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await DescribeAsync(kafka, "g");

        RecordedRequest request = Assert.Single(await kafka.Requests.WaitForAsync(ApiKey.DescribeGroups));

        Assert.Equal((1L, 1, "client"), (request.Number, request.BrokerId, request.ClientId));
        Assert.Equal([RequestTarget.OfGroup("g")], request.Targets);
        Assert.Equal("#1 DescribeGroups to broker 1 from 'client'", request.ToString());
    }

    [Fact]
    public async Task Topics_have_their_names_where_a_request_has_their_ids()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.Listens = false);
        await kafka.Log.Admin.CreateTopicAsync("orders", 1);
        Guid id = kafka.Log.Topics.Single().TopicId;
        Guid unknown = Guid.NewGuid();

        foreach (Guid topic in new[] { id, unknown })
        {
            await kafka.Brokers[0].SendAsync(
                new MetadataRequest { Topics = [new() { TopicId = topic }] }, Client, CancellationToken.None);
        }

        Assert.Equal(
            [RequestTarget.OfTopic("orders", id), RequestTarget.OfTopic(null, unknown)],
            kafka.Requests.Of(ApiKey.Metadata).TakeLast(2).Select(request => request.Targets.Single()));
    }

    [Fact]
    public async Task Who_waits_is_told_when_enough_have_come()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        Task<IReadOnlyList<RecordedRequest>> waiting = kafka.Requests.WaitForAsync(
            request => request.Targets.Contains(RequestTarget.OfGroup("b")), count: 2);

        await DescribeAsync(kafka, "b");
        await DescribeAsync(kafka, "a");
        Assert.False(waiting.IsCompleted);
        await DescribeAsync(kafka, "b");

        Assert.Equal([1L, 3L], (await waiting).Select(request => request.Number));
    }

    [Fact]
    public async Task Who_waits_in_vain_is_told_what_came()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync();
        await DescribeAsync(kafka, "a");

        TimeoutException thrown = await Assert.ThrowsAsync<TimeoutException>(
            () => kafka.Requests.WaitForAsync(ApiKey.Produce, timeout: TimeSpan.FromMilliseconds(1)));

        Assert.Equal("0 of 1 awaited requests came. All that is recorded: 1 DescribeGroups.", thrown.Message);
    }

    [Fact]
    public async Task The_oldest_are_forgotten_and_all_of_them_on_demand()
    {
        await using FakeKafka kafka = await FakeKafka.StartAsync(options => options.RequestsMax = 2);
        foreach (string group in (string[])["a", "b", "c"])
            await DescribeAsync(kafka, group);
        Assert.Equal([2L, 3L], kafka.Requests.All.Select(request => request.Number));

        kafka.Requests.Clear();

        Assert.Empty(kafka.Requests.All);
    }

    private static async Task DescribeAsync(FakeKafka kafka, string group) =>
        await kafka.Brokers[0].SendAsync(
            new DescribeGroupsRequest { Groups = [group] }, Client, CancellationToken.None);
}
