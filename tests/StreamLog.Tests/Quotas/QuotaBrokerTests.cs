using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Quotas;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Quotas;

/// <summary>What clients from outside are held back by, on a clock that moves when the test says.</summary>
public sealed class QuotaBrokerTests
{
    private static readonly string Kilobyte = new('x', 1000);

    [Fact]
    public async Task Who_appends_too_much_is_held_back_as_long_as_it_takes()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "producer_byte_rate", 100, user: "alice");

        ProduceResponse first = await ProduceAsync(door, Caller("alice"), out int bytes);
        long expected = (long)Math.Round(((bytes / 10.0) - 100) / 100 * 10_000);
        ProduceResponse second = await ProduceAsync(door, Caller("alice"), out _);
        ProduceResponse other = await ProduceAsync(door, Caller("bob"), out _);
        broker.Time.Advance(TimeSpan.FromSeconds(30));
        using ProduceRequest empty = BrokerHarness.ProduceRequest("orders", 0, BrokerHarness.Batch("a"));
        ProduceResponse later = await door.SendAsync(empty, Caller("alice"), CancellationToken.None);

        Assert.Equal(expected, first.ThrottleTimeMs);
        Assert.True(second.ThrottleTimeMs > first.ThrottleTimeMs);
        Assert.Equal((0, 0), (other.ThrottleTimeMs, later.ThrottleTimeMs));
        Assert.Equal(7, (await broker.ReadAllAsync("orders")).Count);
    }

    [Fact]
    public async Task Who_reads_too_much_is_held_back()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await broker.ProduceAsync("orders", 0, Kilobyte, Kilobyte);
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "consumer_byte_rate", 100, clientId: "reader");

        using FetchResponse held = await FetchAsync(door, Caller("alice", "reader"));
        using FetchResponse free = await FetchAsync(door, Caller("alice", "other"));

        int bytes = BrokerHarness.Single(held).Records!.Length;
        Assert.Equal((int)Math.Round(((bytes / 10.0) - 100) / 100 * 10_000), held.ThrottleTimeMs);
        Assert.Equal(0, free.ThrottleTimeMs);
    }

    [Fact]
    public async Task Who_has_read_too_much_gets_nothing_until_it_may()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        for (int i = 0; i < 4; i++)
            await broker.ProduceAsync("orders", 0, Kilobyte);
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "consumer_byte_rate", 250, user: "alice");

        // 2,500 bytes in ten seconds: two batches.
        using FetchResponse first = await FetchAsync(door, Caller("alice"));
        using FetchResponse second = await FetchAsync(door, Caller("alice"));
        int bytes = BrokerHarness.Single(first).Records!.Length;
        broker.Time.Advance(TimeSpan.FromSeconds(11));
        using FetchResponse third = await FetchAsync(door, Caller("alice"));

        Assert.InRange(bytes, 2000, 2500);
        Assert.Equal(0, first.ThrottleTimeMs);
        Assert.Empty(second.Responses);
        Assert.Equal((int)Math.Round(((2 * bytes / 10.0) - 250) / 250 * 10_000), second.ThrottleTimeMs);
        Assert.Equal((0, bytes), (third.ThrottleTimeMs, BrokerHarness.Single(third).Records!.Length));
    }

    [Fact]
    public async Task Who_has_used_too_much_time_gets_no_records_either()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await SetAsync(broker, "request_percentage", 10, user: "alice");
        await SetAsync(broker, "consumer_byte_rate", 200, user: "alice");
        RecordBuffer batch = BrokerHarness.Batch(Kilobyte);
        FetchResponse answer = new()
        {
            Responses = { new() { Topic = "orders", Partitions = { new() { Records = batch } } } },
        };
        QuotaBook book = new(() => broker.Broker.Image, broker.Time);
        SlowBroker slow = new(broker.Time, TimeSpan.FromSeconds(1.05)) { Answer = answer };
        QuotaBroker door = new(slow, book, defaultPartitions: 1);

        using FetchResponse held = await FetchAsync(door, Caller("alice"));

        Assert.Empty(held.Responses);
        Assert.Equal(500, held.ThrottleTimeMs);
        Assert.Throws<ObjectDisposedException>(() => batch.Memory);

        // What it did not get is not held against it.
        Assert.Equal((0, false), book.UseRead(Caller("alice"), 2000, isRefused: false));
    }

    // Goal: the quota that says most of a client holds (KIP-55). Method: all eight kinds, taken away one by one.
    [Fact]
    public async Task The_most_special_quota_holds()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        (string? User, string? ClientId, bool HasUser, bool HasClientId)[] levels =
        [
            ("alice", "app", true, true), ("alice", null, true, true), ("alice", null, true, false),
            (null, "app", true, true), (null, null, true, true), (null, null, true, false),
            (null, "app", false, true), (null, null, false, true),
        ];
        for (int i = 0; i < levels.Length; i++)
            await SetAsync(broker, "producer_byte_rate", i + 1, levels[i]);

        for (int i = 0; i < levels.Length; i++)
        {
            QuotaLimit? limit =
                QuotaLimit.Find(broker.Broker.Image, "producer_byte_rate", Caller("alice", "app"));
            Assert.Equal(i + 1, limit?.Bound);
            await SetAsync(broker, "producer_byte_rate", null, levels[i]);
        }

        Assert.Null(QuotaLimit.Find(broker.Broker.Image, "producer_byte_rate", Caller("alice", "app")));
        Assert.Empty(broker.Broker.Image.ClientQuotas);
    }

    [Fact]
    public async Task Clients_share_the_quota_of_their_user()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "producer_byte_rate", 100, user: "alice");

        int first = (await ProduceAsync(door, Caller("alice", "a"), out _)).ThrottleTimeMs;
        int second = (await ProduceAsync(door, Caller("alice", "b"), out _)).ThrottleTimeMs;

        Assert.True(second > first);
    }

    [Fact]
    public async Task Time_of_requests_is_what_their_thread_was_busy()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await SetAsync(broker, "request_percentage", 10, user: "alice");
        QuotaBook book = new(() => broker.Broker.Image, broker.Time);
        QuotaBroker door = new(new SlowBroker(broker.Time, TimeSpan.FromSeconds(1.05)), book, defaultPartitions: 1);

        ListGroupsResponse first = await door.SendAsync(
            new ListGroupsRequest(), Caller("alice"), CancellationToken.None);
        ListGroupsResponse second = await door.SendAsync(
            new ListGroupsRequest(), Caller("alice"), CancellationToken.None);

        // 105 per cent of a second in ten seconds are 10.5; the second one would be held back for longer than a sample.
        Assert.Equal((500, 1000), (first.ThrottleTimeMs, second.ThrottleTimeMs));
        SaslHandshakeResponse exempt = await door.SendAsync(
            new SaslHandshakeRequest(), Caller("alice"), CancellationToken.None);
        Assert.Equal(ErrorCode.None, exempt.ErrorCode);
    }

    [Fact]
    public async Task Newer_clients_are_refused_what_they_have_no_permits_for()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "controller_mutation_rate", 1, user: "alice");

        CreateTopicsResponse response = await CreateAsync(door, 7, ("a", 11), ("b", 3), ("c", 1));

        Assert.Equal(
            [("a", ErrorCode.None), ("b", ErrorCode.None), ("c", ErrorCode.ThrottlingQuotaExceeded)],
            response.Topics.Select(topic => (topic.Name, topic.ErrorCode)).Order());
        Assert.Equal(3000, response.ThrottleTimeMs);
        DeleteTopicsResponse refused = await door.SendAsync(
            new DeleteTopicsRequest { Topics = { new() { Name = "a" } } }, Caller("alice"), CancellationToken.None);
        Assert.Equal(
            (ErrorCode.ThrottlingQuotaExceeded, 3000), (refused.Responses[0].ErrorCode, refused.ThrottleTimeMs));
        broker.Time.Advance(TimeSpan.FromSeconds(3));
        CreatePartitionsResponse grown = await door.SendAsync(
            new CreatePartitionsRequest { Topics = { new() { Name = "b", Count = 5 } } },
            Caller("alice"),
            CancellationToken.None);
        Assert.Equal((ErrorCode.None, 0), (grown.Results[0].ErrorCode, grown.ThrottleTimeMs));
    }

    [Fact]
    public async Task Older_clients_are_granted_it_and_held_back()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        QuotaBroker door = Door(broker);
        await SetAsync(broker, "controller_mutation_rate", 1, user: "alice");

        CreateTopicsResponse response = await CreateAsync(door, 5, ("a", 11), ("b", 3), ("c", 1));

        Assert.All(response.Topics, topic => Assert.Equal(ErrorCode.None, topic.ErrorCode));
        Assert.Equal(4000, response.ThrottleTimeMs);
    }

    [Fact]
    public async Task Callers_of_the_process_have_no_quotas()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await SetAsync(broker, "producer_byte_rate", 1);

        Assert.Equal(0, (await ProduceAsync(Door(broker), RequestContext.Local, out _)).ThrottleTimeMs);
        Assert.NotEqual(0, (await ProduceAsync(Door(broker), Caller("alice"), out _)).ThrottleTimeMs);
    }

    private static RequestContext Caller(string user, string? clientId = null) =>
        new() { Principal = $"User:{user}", ClientId = clientId };

    private static QuotaBroker Door(BrokerHarness broker) =>
        new(broker.Broker, new QuotaBook(() => broker.Broker.Image, broker.Time), defaultPartitions: 1);

    private static Task SetAsync(
        BrokerHarness broker, string key, double value, string? user = null, string? clientId = null) =>
        SetAsync(broker, key, value, (user, clientId, user is not null || clientId is null, clientId is not null));

    private static async Task SetAsync(
        BrokerHarness broker,
        string key,
        double? value,
        (string? User, string? ClientId, bool HasUser, bool HasClientId) entity)
    {
        AlterClientQuotasRequest.EntryData entry = new()
        {
            Ops = { new() { Key = key, Value = value ?? 0, Remove = value is null } },
        };
        if (entity.HasUser)
            entry.Entity.Add(new() { EntityType = "user", EntityName = entity.User });
        if (entity.HasClientId)
            entry.Entity.Add(new() { EntityType = "client-id", EntityName = entity.ClientId });
        AlterClientQuotasResponse response =
            await broker.SendAsync(new AlterClientQuotasRequest { Entries = { entry } });
        Assert.Equal(ErrorCode.None, response.Entries[0].ErrorCode);
    }

    private static Task<ProduceResponse> ProduceAsync(IBroker door, RequestContext context, out int bytes)
    {
        RecordBuffer batch = BrokerHarness.Batch(Kilobyte, Kilobyte);
        bytes = batch.Length;
        return SendAsync(BrokerHarness.ProduceRequest("orders", 0, batch));

        async Task<ProduceResponse> SendAsync(ProduceRequest request)
        {
            using (request)
                return await door.SendAsync(request, context, CancellationToken.None);
        }
    }

    private static async Task<FetchResponse> FetchAsync(IBroker door, RequestContext context) =>
        await door.SendAsync(BrokerHarness.FetchRequest("orders", 0, 0), context, CancellationToken.None);

    private static async Task<CreateTopicsResponse> CreateAsync(
        IBroker door, short version, params (string Name, int Partitions)[] topics)
    {
        CreateTopicsRequest request = new() { Version = version };
        foreach ((string name, int partitions) in topics)
            request.Topics.Add(new() { Name = name, NumPartitions = partitions, ReplicationFactor = 1 });
        return await door.SendAsync(request, Caller("alice"), CancellationToken.None);
    }

    // Is busy before it answers, and waits after that.
    private sealed class SlowBroker(SimulatedTime time, TimeSpan busy) : IBroker
    {
        public object? Answer { get; init; }

        public IReadOnlyList<ApiVersionRange> SupportedApis => [];

        public ValueTask<TResponse> SendAsync<TResponse>(
            IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
            where TResponse : class
        {
            time.Advance(busy);
            if (Answer is TResponse answer)
                return new ValueTask<TResponse>(answer);
            return new ValueTask<TResponse>(
                StreamLog.Protocol.Refusals.Refusal.CreateResponse(request, ErrorCode.None));
        }
    }
}
