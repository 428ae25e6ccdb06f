using System.Net;
using System.Net.Sockets;
using StreamLog.Protocol.Messages;
using StreamLog.Quotas;
using StreamLog.Tests.Broker;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Quotas;

/// <summary>How many connections addresses may open (KIP-612), on a clock that moves when the test says.</summary>
public sealed class AddressQuotaTests
{
    private static readonly IPAddress Home = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Away = IPAddress.Parse("10.0.0.2");

    [Fact]
    public async Task Who_opens_too_many_is_held_off_and_gets_in_at_the_rate_that_it_may_have()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBook book = Book(broker);
        await SetAsync(broker, "10.0.0.1", 2);

        // As many as the rate over ten samples of a second lets in.
        for (int i = 0; i < 20; i++)
            Assert.Equal(TimeSpan.Zero, book.Admit(Home));
        Assert.Equal(TimeSpan.FromMilliseconds(500), book.Admit(Home));
        Assert.Equal(TimeSpan.FromMilliseconds(500), book.Admit(Home));
        Assert.Equal(TimeSpan.Zero, book.Admit(Away));

        broker.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(TimeSpan.Zero, book.Admit(Home));
    }

    [Fact]
    public async Task It_is_not_held_off_for_longer_than_a_sample()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBook book = Book(broker);
        await SetAsync(broker, "10.0.0.1", 100);
        for (int i = 0; i < 1000; i++)
            Assert.Equal(TimeSpan.Zero, book.Admit(Home));

        await SetAsync(broker, "10.0.0.1", 1);

        Assert.Equal(TimeSpan.FromSeconds(1), book.Admit(Home));
    }

    [Fact]
    public async Task An_addresss_own_quota_goes_before_that_of_all_others()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBook book = Book(broker);
        await SetAsync(broker, null, 1);
        await SetAsync(broker, "10.0.0.1", 3);

        Assert.Equal(30, CountAdmitted(book, Home));
        Assert.Equal(10, CountAdmitted(book, Away));
        Assert.Equal(0, CountAdmitted(book, Away.MapToIPv6()));

        await SetAsync(broker, null, null);
        Assert.Equal(100, CountAdmitted(book, Away));
    }

    [Fact]
    public async Task A_host_is_known_by_its_name()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBook book = Book(broker);

        await SetAsync(broker, "localhost", 1);

        await Eventually.HoldsAsync(() => book.Admit(IPAddress.Loopback) > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_host_stays_known_while_its_name_is_resolved_anew()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Queue<TaskCompletionSource<IPAddress[]>> asked = [];
        AddressLimits limits = new(_ =>
        {
            TaskCompletionSource<IPAddress[]> answer = new();
            asked.Enqueue(answer);
            return answer.Task;
        });
        await SetAsync(broker, "localhost", 1);
        Assert.Null(limits.Find(broker.Broker.Image, Home));
        asked.Dequeue().SetResult([Home]);
        Assert.Equal(1, limits.Find(broker.Broker.Image, Home));

        await SetAsync(broker, "10.0.0.9", 5);
        Assert.Equal(1, limits.Find(broker.Broker.Image, Home));
        await SetAsync(broker, "localhost", 3);
        Assert.Equal(3, limits.Find(broker.Broker.Image, Home));

        // An answer to what was asked before the last change.
        asked.Dequeue().SetResult([Home]);
        Assert.Equal(3, limits.Find(broker.Broker.Image, Home));
        asked.Dequeue().SetResult([Away]);
        Assert.Null(limits.Find(broker.Broker.Image, Home));
        Assert.Equal(3, limits.Find(broker.Broker.Image, Away));

        // Names that cannot be resolved just now hold as they were.
        await SetAsync(broker, "10.0.0.9", 6);
        Assert.Equal(3, limits.Find(broker.Broker.Image, Away));
        asked.Dequeue().SetException(new SocketException((int)SocketError.TryAgain));
        Assert.Equal(3, limits.Find(broker.Broker.Image, Away));
        await SetAsync(broker, "localhost", null);
        Assert.Null(limits.Find(broker.Broker.Image, Away));
        Assert.Empty(asked);
    }

    private static QuotaBook Book(BrokerHarness broker) => new(() => broker.Broker.Image, broker.Time);

    // Out of a hundred, at one moment.
    private static int CountAdmitted(QuotaBook book, IPAddress address) =>
        Enumerable.Range(0, 100).Count(_ => book.Admit(address) == TimeSpan.Zero);

    private static async Task SetAsync(BrokerHarness broker, string? address, double? rate)
    {
        AlterClientQuotasResponse response = await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries =
            {
                new AlterClientQuotasRequest.EntryData
                {
                    Entity = { new() { EntityType = "ip", EntityName = address } },
                    Ops = { new() { Key = "connection_creation_rate", Value = rate ?? 0, Remove = rate is null } },
                },
            },
        });
        Assert.Equal(ErrorCode.None, response.Entries.Single().ErrorCode);
    }
}
