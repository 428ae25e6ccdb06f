using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Quotas;

public sealed class QuotaAdministrationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Quotas_are_kept_over_a_restart_from_log_and_snapshot(bool bySnapshot)
    {
        StreamLogOptions options = new();
        if (bySnapshot)
            options.Maintenance.MetadataSnapshotBytes = 1;
        BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries =
            {
                Entry([("user", "alice"), ("client-id", null)], ("producer_byte_rate", 5), ("request_percentage", 1.5)),
                Entry([("user", null)], ("consumer_byte_rate", 7)),
                Entry([("client-id", "app")], ("controller_mutation_rate", 0.5)),
                Entry([("ip", "10.0.0.1")], ("connection_creation_rate", 10)),
                Entry([("ip", null)], ("connection_creation_rate", 5)),
            },
        });
        AlterClientQuotasRequest.EntryData removal = Entry([("user", null)], ("consumer_byte_rate", 0));
        removal.Ops[0].Remove = true;
        await broker.SendAsync(new AlterClientQuotasRequest { Entries = { removal } });
        await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries = { Entry([("user", "dry")], ("consumer_byte_rate", 7)) },
            ValidateOnly = true,
        });

        broker = await broker.RestartAsync();
        await using (broker)
        {
            Assert.Equal(
                [
                    "client-id=app: controller_mutation_rate=0.5",
                    "ip=10.0.0.1: connection_creation_rate=10",
                    "ip=: connection_creation_rate=5",
                    "user=alice client-id=: producer_byte_rate=5 request_percentage=1.5",
                ],
                await DescribeAsync(broker, new DescribeClientQuotasRequest()));
        }
    }

    [Fact]
    public async Task Quotas_are_found_by_whom_they_hold_for()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries =
            {
                Entry([("user", "alice")], ("producer_byte_rate", 1)),
                Entry([("user", null)], ("producer_byte_rate", 2)),
                Entry([("user", "alice"), ("client-id", "app")], ("producer_byte_rate", 3)),
                Entry([("ip", "10.0.0.1")], ("connection_creation_rate", 4)),
            },
        });

        Assert.Equal(
            ["user=alice client-id=app: producer_byte_rate=3", "user=alice: producer_byte_rate=1"],
            await DescribeAsync(broker, Filter(strict: false, ("user", 0, "alice"))));
        Assert.Equal(
            ["user=alice: producer_byte_rate=1"],
            await DescribeAsync(broker, Filter(strict: true, ("user", 0, "alice"))));
        Assert.Equal(
            ["user=: producer_byte_rate=2"], await DescribeAsync(broker, Filter(strict: false, ("user", 1, null))));
        Assert.Equal(
            ["user=alice client-id=app: producer_byte_rate=3"],
            await DescribeAsync(broker, Filter(strict: false, ("client-id", 2, null))));
        Assert.Equal(
            ["ip=10.0.0.1: connection_creation_rate=4"],
            await DescribeAsync(broker, Filter(strict: false, ("ip", 2, null))));
        Assert.Empty(await DescribeAsync(broker, Filter(strict: false, ("ip", 1, null))));
    }

    [Theory]
    [InlineData("", 2, null, ErrorCode.InvalidRequest)]
    [InlineData("group", 2, null, ErrorCode.UnsupportedVersion)]
    [InlineData("user", 0, null, ErrorCode.InvalidRequest)]
    [InlineData("user", 1, "alice", ErrorCode.InvalidRequest)]
    [InlineData("user", 2, "alice", ErrorCode.InvalidRequest)]
    [InlineData("user", 9, null, ErrorCode.InvalidRequest)]
    public async Task A_filter_that_is_none_is_refused(string type, sbyte match, string? name, ErrorCode expected)
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        DescribeClientQuotasResponse response = await broker.SendAsync(Filter(strict: false, (type, match, name)));

        Assert.Equal(expected, response.ErrorCode);
        Assert.Null(response.Entries);
    }

    [Fact]
    public async Task What_is_no_quota_is_refused_and_the_rest_is_set()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        AlterClientQuotasResponse response = await broker.SendAsync(new AlterClientQuotasRequest
        {
            Entries =
            {
                Entry([], ("producer_byte_rate", 1)),
                Entry([("ip", "10.0.0.1")], ("producer_byte_rate", 1)),
                Entry([("ip", "10.0.0.1"), ("user", "a")], ("connection_creation_rate", 1)),
                Entry([("ip", "10.0.0.1"), ("ip", null)], ("connection_creation_rate", 1)),
                Entry([("ip", "no.such.host.invalid")], ("connection_creation_rate", 1)),
                Entry([("ip", "")], ("connection_creation_rate", 1)),
                Entry([("ip", null)], ("connection_creation_rate", 1.5)),
                Entry([("ip", "10.0.0.2")], ("connection_creation_rate", 3e9)),
                Entry([("user", "h")], ("connection_creation_rate", 1)),
                Entry([("user", "a"), ("user", "b")], ("producer_byte_rate", 1)),
                Entry([("user", "c")], ("nonsense", 1)),
                Entry([("user", "d")], ("producer_byte_rate", 0)),
                Entry([("user", "e")], ("producer_byte_rate", 1.5)),
                Entry([("user", "f")], ("producer_byte_rate", 1), ("producer_byte_rate", 2)),
                Entry([("user", "g")], ("request_percentage", double.NaN)),
                Entry([("user", "good")], ("request_percentage", 200)),
                Entry([("user", "good")], ("request_percentage", 300)),
            },
        });

        Assert.Equal(
            [.. Enumerable.Repeat(ErrorCode.InvalidRequest, 15), ErrorCode.None, ErrorCode.InvalidRequest],
            response.Entries.Select(entry => entry.ErrorCode));
        Assert.Equal(
            ["user=good: request_percentage=200"], await DescribeAsync(broker, new DescribeClientQuotasRequest()));
    }

    private static AlterClientQuotasRequest.EntryData Entry(
        (string Type, string? Name)[] entity, params (string Key, double Value)[] quotas) => new()
        {
            Entity =
            [
                .. entity.Select(name => new AlterClientQuotasRequest.EntityData
                {
                    EntityType = name.Type,
                    EntityName = name.Name,
                }),
            ],
            Ops =
            [
                .. quotas.Select(quota => new AlterClientQuotasRequest.OpData { Key = quota.Key, Value = quota.Value }),
            ],
        };

    private static DescribeClientQuotasRequest Filter(
        bool strict, params (string Type, sbyte MatchType, string? Match)[] parts) => new()
        {
            Strict = strict,
            Components =
            [
                .. parts.Select(part => new DescribeClientQuotasRequest.ComponentData
                {
                    EntityType = part.Type,
                    MatchType = part.MatchType,
                    Match = part.Match,
                }),
            ],
        };

    private static async Task<List<string>> DescribeAsync(BrokerHarness broker, DescribeClientQuotasRequest request)
    {
        DescribeClientQuotasResponse response = await broker.SendAsync(request);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return
        [
            .. response.Entries!
                .Select(entry => FormattableString.Invariant(
                    $"{string.Join(' ', entry.Entity.Select(name => $"{name.EntityType}={name.EntityName}"))}: ")
                    + string.Join(' ', entry.Values.Select(
                        quota => FormattableString.Invariant($"{quota.Key}={quota.Value}"))))
                .Order(StringComparer.Ordinal),
        ];
    }
}
