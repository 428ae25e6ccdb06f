using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using StreamLog.Clients;
using Xunit;

namespace StreamLog.Tests.Hosting;

/// <summary>Options are read whole from configuration, and a wrong one is named with its path and the remedy.</summary>
public sealed class OptionsTests
{
    /// <summary>A change of one option, and what the failure must say.</summary>
    private static readonly (Action<StreamLogOptions> Change, string Expected)[] Wrong =
    [
        (o => o.DataDirectory = "", "StreamLog:DataDirectory is required"),
        (o => o.DataDirectory = "a\0b", "StreamLog:DataDirectory holds a zero character"),
        (o => o.MemoryLimit = 1, "StreamLog:MemoryLimit must be between 1048576 and"),
        (o => o.NodeId = -1, "StreamLog:NodeId must be between 0 and"),
        (o => o.DefaultPartitions = 0, "StreamLog:DefaultPartitions must be between 1 and 100000"),
        (o => o.Durability = (Durability)7, "StreamLog:Durability is 7, which is none of OnCommit, PageCache"),
        (o => o.FlushInterval = TimeSpan.Zero, "StreamLog:FlushInterval is 00:00:00, and must be above zero"),
        (o => o.FlushInterval = TimeSpan.MaxValue, "StreamLog:FlushInterval is 10675199"),
        (o => o.ShutdownTimeout = TimeSpan.FromSeconds(-1), "StreamLog:ShutdownTimeout is -00:00:01"),
        (o => o.OffsetsRetention = TimeSpan.Zero, "StreamLog:OffsetsRetention"),
        (o => o.Log.SegmentBytes = 3, "StreamLog:Log:SegmentBytes must be between 14 and 2147483647"),
        (o => o.Log.SegmentAge = TimeSpan.Zero, "StreamLog:Log:SegmentAge is 00:00:00"),
        (o => o.Log.MaxMessageBytes = -1, "StreamLog:Log:MaxMessageBytes"),
        (o => o.Log.TimestampType = (TimestampType)9, "StreamLog:Log:TimestampType"),
        (o => o.Producer.MaxInFlight = 6, "StreamLog:Producer:MaxInFlight must be between 1 and 5"),
        (o => o.Producer.BufferBytes = 2048,
            "StreamLog:Producer:BatchBytes is 262144, and must not be above StreamLog:Producer:BufferBytes, which is"),
        (o => o.Producer.RetryBackoffMax = TimeSpan.FromMilliseconds(1), "StreamLog:Producer:RetryBackoff is"),
        (o => o.Producer.DeliveryTimeout = TimeSpan.FromSeconds(1), "StreamLog:Producer:RequestTimeout is 00:00:30"),
        (o => o.Producer.Linger = TimeSpan.FromMinutes(3), "StreamLog:Producer:Linger is 00:03:00"),
        (o => o.Producer.Compression = (CompressionType)99, "StreamLog:Producer:Compression is 99"),
        (o => o.Producer.Acks = (Acks)2, "StreamLog:Producer:Acks is 2, which is none of"),
        (o => (o.Producer.Acks, o.Producer.Idempotence) = (Acks.Leader, true),
            "StreamLog:Producer:Idempotence is on, and Producer:Acks is Leader"),
        (o => o.Consumer.FetchMinBytes = int.MaxValue, "StreamLog:Consumer:FetchMinBytes is 2147483647"),
        (o => o.Consumer.FetchAheadBytes = 0, "StreamLog:Consumer:FetchAheadBytes must be between 1 and"),
        (o => o.Consumer.CommitInterval = TimeSpan.Zero, "StreamLog:Consumer:CommitInterval"),
        (o => o.Consumer.OffsetReset = (OffsetReset)9, "StreamLog:Consumer:OffsetReset"),
        (o => o.Consumer.Isolation = (IsolationLevel)9, "StreamLog:Consumer:Isolation"),
        (o => o.Topics["a b"] = new TopicOptions(),
            "StreamLog:Topics:a b: The topic's name 'a b' has the character ' '"),
        (o => o.Topics["t"] = new TopicOptions { Partitions = 0 },
            "StreamLog:Topics:t:Partitions must be between 1 and"),
        (o => o.Topics["t"] = new TopicOptions { Cleanup = (CleanupPolicy)9 }, "StreamLog:Topics:t:Cleanup is 9"),
        (o => o.Topics["t"] = new TopicOptions { Retention = TimeSpan.Zero },
            "StreamLog:Topics:t:Retention is 00:00:00, and must be above zero"),
        (o => o.Topics["t"] = new TopicOptions { RetentionBytes = -2 },
            "StreamLog:Topics:t:RetentionBytes must be between -1 and"),
        (o => o.Topics["t"] = new TopicOptions { SegmentBytes = 3 },
            "StreamLog:Topics:t:SegmentBytes must be between 14 and"),
        (o => o.Topics["t"] = new TopicOptions { SegmentAge = TimeSpan.Zero }, "StreamLog:Topics:t:SegmentAge is"),
        (o => o.Topics["t"] = new TopicOptions { Compression = (CompressionType)9 },
            "StreamLog:Topics:t:Compression is 9, which is none of None, Gzip"),
        (o => o.Topics["t"] = new TopicOptions { TimestampType = (TimestampType)9 },
            "StreamLog:Topics:t:TimestampType is 9"),
        (o => o.Topics["t"] = new TopicOptions { Configs = { ["segment.byte"] = "1" } },
            "StreamLog:Topics:t:Configs:segment.byte: Topics have no setting 'segment.byte'"),
        (o => o.Topics["t"] = new TopicOptions { Configs = { ["segment.bytes"] = "1" } },
            "StreamLog:Topics:t:Configs:segment.bytes: The value '1' of 'segment.bytes' is not legal"),
        (o => o.Topics["t"] = new TopicOptions { Configs = { ["min.compaction.lag.ms"] = "9" } },
            "StreamLog:Topics:t:Configs: 'min.compaction.lag.ms' is 9 and 'max.compaction.lag.ms' is 5"),
        (o => o.Groups.MaxSize = 0, "StreamLog:Groups:MaxSize must be between 1 and"),
        (o => o.Groups.ConsumerMaxSize = 0, "StreamLog:Groups:ConsumerMaxSize must be between 1 and"),
        (o => o.Groups.MigrationPolicy = (GroupMigrationPolicy)9,
            "StreamLog:Groups:MigrationPolicy is 9, which is none"),
        (o => o.Groups.MinSessionTimeout = TimeSpan.FromHours(1), "StreamLog:Groups:MinSessionTimeout is 01:00:00"),
        (o => o.Groups.MaxSessionTimeout = TimeSpan.FromDays(25), "StreamLog:Groups:MaxSessionTimeout is 25.00:00:00"),
        (o => o.Groups.InitialRebalanceDelay = TimeSpan.FromTicks(-1), "StreamLog:Groups:InitialRebalanceDelay is -"),
        (o => o.Groups.ConsumerSessionTimeout = TimeSpan.Zero, "StreamLog:Groups:ConsumerSessionTimeout is 00:00:00"),
        (o => o.Groups.ConsumerHeartbeatInterval = TimeSpan.FromSeconds(45),
            "StreamLog:Groups:ConsumerHeartbeatInterval is 00:00:45, and must be below"),
        (o => o.Security.Users["alice"] = "", "StreamLog:Security:Users:alice is empty or holds a zero"),
        (o => o.Security.Users["a\0b"] = "x", "StreamLog:Security:Users has a name that is empty or holds a zero"),
        (o => o.Maintenance.OpenFilesMax = 1, "StreamLog:Maintenance:OpenFilesMax must be between 16 and"),
        (o => o.Maintenance.ScrubInterval = TimeSpan.Zero, "StreamLog:Maintenance:ScrubInterval is 00:00:00"),
    ];

    public static TheoryData<int> WrongOnes => [.. Enumerable.Range(0, Wrong.Length)];

    [Fact]
    public void The_defaults_are_legal() => StreamLogOptionsValidator.ThrowIfInvalid(new StreamLogOptions());

    [Theory]
    [MemberData(nameof(WrongOnes))]
    public void A_wrong_option_is_named_with_the_remedy(int index)
    {
        StreamLogOptions options = new() { Log = { Configs = { ["max.compaction.lag.ms"] = "5" } } };
        Wrong[index].Change(options);

        OptionsValidationException exception =
            Assert.Throws<OptionsValidationException>(() => StreamLogOptionsValidator.ThrowIfInvalid(options));

        Assert.Contains(
            exception.Failures, failure => failure.StartsWith(Wrong[index].Expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Whoever_waits_for_less_than_all_is_not_idempotent_unless_that_is_asked_for()
    {
        StreamLogOptionsValidator.ThrowIfInvalid(new ProducerOptions { Acks = Acks.Leader });
        StreamLogOptionsValidator.ThrowIfInvalid(new ProducerOptions { Acks = Acks.None, Idempotence = false });
        StreamLogOptionsValidator.ThrowIfInvalid(new ProducerOptions { Acks = Acks.All, Idempotence = true });

        ProducerOptions asked = OptionCopies.Copy(
            new ProducerOptions { Idempotence = true }, options => options.Acks = Acks.None);
        Assert.Throws<OptionsValidationException>(() => StreamLogOptionsValidator.ThrowIfInvalid(asked));
    }

    [Fact]
    public void All_failures_come_in_one_exception()
    {
        StreamLogOptions options =
            new() { NodeId = -1, Log = { SegmentBytes = 3 }, Topics = { [""] = new TopicOptions() } };

        OptionsValidationException exception =
            Assert.Throws<OptionsValidationException>(() => StreamLogOptionsValidator.ThrowIfInvalid(options));

        Assert.Equal(3, exception.Failures.Count());
    }

    [Fact]
    public void The_path_is_that_of_the_section_that_is_read()
    {
        ValidateOptionsResult result = new StreamLogOptionsValidator(name: null, "Audit:Log")
            .Validate(null, new StreamLogOptions { NodeId = -1 });

        Assert.StartsWith("Audit:Log:NodeId", Assert.Single(result.Failures!));
    }

    [Fact]
    public void The_policy_of_groups_is_read_by_its_name()
    {
        StreamLogOptions options = new();

        StreamLogConfiguration.Read(Json("""{ "Groups": { "MigrationPolicy": "Upgrade" } }"""), options);

        Assert.Equal(GroupMigrationPolicy.Upgrade, options.Groups.MigrationPolicy);
    }

    [Fact]
    public void Every_option_is_read_from_configuration()
    {
        StreamLogOptions options = new();

        StreamLogConfiguration.Read(Json(
            """
            {
              "DataDirectory": "data", "InMemory": true, "MemoryLimit": 5000000, "Durability": "PageCache",
              "FlushInterval": "00:00:02", "NodeId": 7, "AutoCreateTopics": true, "DefaultPartitions": 3,
              "ShutdownTimeout": "00:00:05", "OffsetsRetention": "7.00:00:00",
              "Groups": { "MinSessionTimeout": "00:00:01", "MaxSessionTimeout": "00:01:00", "MaxSize": 5,
                "InitialRebalanceDelay": "00:00:03", "ConsumerSessionTimeout": "00:00:20",
                "ConsumerHeartbeatInterval": "00:00:02", "ConsumerMaxSize": 6 },
              "Log": { "SegmentBytes": 1048576, "SegmentAge": "1.00:00:00", "TimestampType": "LogAppendTime",
                "Retention": "30.00:00:00", "RetentionBytes": 7000000000, "Configs": { "log.roll.hours": "5" } },
              "Maintenance": { "RetentionCheckInterval": "00:00:11", "CompactionInterval": "00:00:12",
                "CompactionMapBytes": 2048, "CompactionBytesPerSecond": 3000000000, "ScrubInterval": null,
                "ScrubBytesPerSecond": 4096, "DiskReserveBytes": 0, "OpenFilesMax": 20, "MetadataSnapshotBytes": 9,
                "MetadataSnapshotInterval": "00:00:13" },
              "Producer": { "Linger": "00:00:00.005", "Acks": "Leader", "Idempotence": false },
              "Consumer": { "FetchMaxWait": "00:00:01", "OffsetReset": "Latest", "Commit": "Manual" },
              "Topics": {
                "orders": { "Partitions": 6, "Durability": "OnCommit", "Configs": { "segment.bytes": "2097152" } },
                "order.events": { "Partitions": 2, "Cleanup": "CompactAndDelete", "Retention": "-00:00:00.001",
                  "RetentionBytes": 5000000000, "SegmentBytes": 3000000, "SegmentAge": "01:00:00",
                  "MaxMessageBytes": 2000, "Compression": "None", "TimestampType": "LogAppendTime" }
              }
            }
            """), options);

        Assert.Equal(
            ("data", true, 5_000_000L, Durability.PageCache, TimeSpan.FromSeconds(2), 7, true, 3, TimeSpan.FromDays(7)),
            (options.DataDirectory, options.InMemory, options.MemoryLimit, options.Durability, options.FlushInterval,
                options.NodeId, options.AutoCreateTopics, options.DefaultPartitions, options.OffsetsRetention!.Value));
        Assert.Equal(TimeSpan.FromSeconds(5), options.ShutdownTimeout);
        GroupOptions groups = options.Groups;
        Assert.Equal(
            (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), 5, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20),
                TimeSpan.FromSeconds(2), 6),
            (groups.MinSessionTimeout, groups.MaxSessionTimeout, groups.MaxSize, groups.InitialRebalanceDelay,
                groups.ConsumerSessionTimeout, groups.ConsumerHeartbeatInterval, groups.ConsumerMaxSize));
        Assert.Equal(
            (1_048_576, TimeSpan.FromDays(1), TimestampType.LogAppendTime),
            (options.Log.SegmentBytes, options.Log.SegmentAge, options.Log.TimestampType));
        Assert.Equal((TimeSpan.FromDays(30), 7_000_000_000L), (options.Log.Retention, options.Log.RetentionBytes));
        Assert.Equal("5", options.Log.Configs["log.roll.hours"]);
        MaintenanceOptions maintenance = options.Maintenance;
        Assert.Equal(
            (TimeSpan.FromSeconds(11), TimeSpan.FromSeconds(12), 2048, 3_000_000_000L, null),
            (maintenance.RetentionCheckInterval, maintenance.CompactionInterval, maintenance.CompactionMapBytes,
                maintenance.CompactionBytesPerSecond, maintenance.ScrubInterval));
        Assert.Equal(
            (4096L, 0, 20, 9, TimeSpan.FromSeconds(13)),
            (maintenance.ScrubBytesPerSecond, maintenance.DiskReserveBytes, maintenance.OpenFilesMax,
                maintenance.MetadataSnapshotBytes, maintenance.MetadataSnapshotInterval));
        Assert.Equal(
            (TimeSpan.FromMilliseconds(5), Acks.Leader, false),
            (options.Producer.Linger, options.Producer.Acks, options.Producer.Idempotence));
        Assert.Equal(
            (TimeSpan.FromSeconds(1), OffsetReset.Latest, CommitMode.Manual),
            (options.Consumer.FetchMaxWait, options.Consumer.OffsetReset, options.Consumer.Commit));
        Assert.Equal(["order.events", "orders"], options.Topics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(6, options.Topics["orders"].Partitions);
        Assert.Equal(Durability.OnCommit, options.Topics["orders"].Durability);
        Assert.Equal("2097152", options.Topics["orders"].Configs["segment.bytes"]);
        TopicOptions events = options.Topics["order.events"];
        Assert.Equal(
            (CleanupPolicy.CompactAndDelete, Timeout.InfiniteTimeSpan, 5_000_000_000L, 3_000_000),
            (events.Cleanup, events.Retention, events.RetentionBytes, events.SegmentBytes));
        Assert.Equal(
            (TimeSpan.FromHours(1), 2000, CompressionType.None, TimestampType.LogAppendTime),
            (events.SegmentAge, events.MaxMessageBytes, events.Compression, events.TimestampType));
    }

    [Fact]
    public void What_configuration_does_not_hold_stays_as_it_was()
    {
        StreamLogOptions options = new() { NodeId = 4, Topics = { ["orders"] = new TopicOptions { Partitions = 6 } } };

        StreamLogConfiguration.Read(Json("""{ "Topics": { "orders": { "Durability": "PageCache" } } }"""), options);

        Assert.Equal(4, options.NodeId);
        Assert.Equal(6, options.Topics["orders"].Partitions);
        Assert.Equal(Durability.PageCache, options.Topics["orders"].Durability);
    }

    private static IConfiguration Json(string json) => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json))).Build();
}
