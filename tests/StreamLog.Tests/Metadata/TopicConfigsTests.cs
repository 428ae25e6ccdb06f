using StreamLog.Metadata;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class TopicConfigsTests
{
    [Fact]
    public void Every_default_is_legal_and_everything_is_explained()
    {
        foreach (ConfigDefinition definition in TopicConfigs.All)
        {
            Assert.Null(definition.FindFault(definition.Default));
            Assert.False(string.IsNullOrEmpty(definition.Documentation));
        }
    }

    [Theory]
    [InlineData("segment.bytes", "13")]
    [InlineData("segment.bytes", "big")]
    [InlineData("segment.bytes", "9999999999")]
    [InlineData("segment.bytes", null)]
    [InlineData("retention.ms", "-2")]
    [InlineData("cleanup.policy", "shred")]
    [InlineData("cleanup.policy", "")]
    [InlineData("compression.type", "rar")]
    [InlineData("message.timestamp.type", "createtime")]
    [InlineData("min.cleanable.dirty.ratio", "1.5")]
    [InlineData("preallocate", "yes")]
    [InlineData("min.insync.replicas", "0")]
    [InlineData("streamlog.durability", "Hopefully")]
    [InlineData("segment.bites", "1")]
    public void What_is_wrong_is_said_with_the_name_of_the_setting(string name, string? value) =>
        Assert.Contains(name, TopicConfigs.FindFault(name, value), StringComparison.Ordinal);

    [Theory]
    [InlineData("retention.bytes", "-1")]
    [InlineData("retention.ms", "-1")]
    [InlineData("cleanup.policy", "compact, delete")]
    [InlineData("segment.ms", " 1000 ")]
    public void What_kafka_takes_is_taken(string name, string value) =>
        Assert.Null(TopicConfigs.FindFault(name, value));

    [Theory]
    [InlineData("remote.copy.lag.ms", "remote")]
    [InlineData("message.format.version", "Kafka 4.0")]
    [InlineData("message.downconversion.enable", "Kafka 4.0")]
    [InlineData("message.timestamp.difference.max.ms", "message.timestamp.before.max.ms")]
    public void What_has_no_meaning_here_is_refused_with_the_reason(string name, string reason)
    {
        string? fault = TopicConfigs.FindFault(name, "1");

        Assert.Contains(name, fault, StringComparison.Ordinal);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
        Assert.Null(TopicConfigs.Find(name));
    }

    // Goal: what Kafka takes and changes nothing here is taken, Kafka's default of it above all, and what would promise
    // something that is not kept is refused with the reason.
    [Theory]
    [InlineData("compression.lz4.level", "9", null)]
    [InlineData("compression.lz4.level", "17", null)]
    [InlineData("compression.lz4.level", "18", "from 1 to 17")]
    [InlineData("follower.replication.throttled.replicas", "", null)]
    [InlineData("leader.replication.throttled.replicas", "0:1, 1:2", null)]
    [InlineData("leader.replication.throttled.replicas", "*", null)]
    [InlineData("leader.replication.throttled.replicas", "all", "0:1,1:2")]
    [InlineData("local.retention.bytes", "-2", null)]
    [InlineData("local.retention.ms", "1000", null)]
    [InlineData("local.retention.ms", "-3", "-2")]
    [InlineData("remote.log.copy.disable", "true", null)]
    [InlineData("remote.log.delete.on.disable", "false", null)]
    [InlineData("remote.storage.enable", "false", null)]
    [InlineData("remote.storage.enable", "true", "no remote storage")]
    [InlineData("unclean.leader.election.enable", "false", null)]
    [InlineData("unclean.leader.election.enable", "true", "ElectLeaders")]
    [InlineData("unclean.leader.election.enable", "perhaps", "Use false")]
    public void What_changes_nothing_is_taken_and_what_would_promise_too_much_is_not(
        string name, string value, string? reason)
    {
        string? fault = TopicConfigs.FindFault(name, value);

        if (reason is null)
            Assert.Null(fault);
        else
            Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    // The topic settings of Kafka 4.1's documentation: each one is here, or refused by name.
    [Fact]
    public void No_setting_of_kafkas_documentation_is_unheard_of()
    {
        string[] documented =
        [
            "cleanup.policy", "compression.gzip.level", "compression.lz4.level", "compression.type",
            "compression.zstd.level", "delete.retention.ms", "file.delete.delay.ms", "flush.messages", "flush.ms",
            "follower.replication.throttled.replicas", "index.interval.bytes",
            "leader.replication.throttled.replicas", "local.retention.bytes", "local.retention.ms",
            "max.compaction.lag.ms", "max.message.bytes", "message.timestamp.after.max.ms",
            "message.timestamp.before.max.ms", "message.timestamp.type", "min.cleanable.dirty.ratio",
            "min.compaction.lag.ms", "min.insync.replicas", "preallocate", "remote.log.copy.disable",
            "remote.log.delete.on.disable", "remote.storage.enable", "retention.bytes", "retention.ms",
            "segment.bytes", "segment.index.bytes", "segment.jitter.ms", "segment.ms",
            "unclean.leader.election.enable",
        ];

        Assert.All(documented, name => Assert.True(
            TopicConfigs.Find(name) is null ^ !RefusedConfigs.Reasons.ContainsKey(name), name));
        Assert.Equal(
            [TopicConfigs.DurabilityName], TopicConfigs.All.Select(definition => definition.Name).Except(documented));
    }

    [Theory]
    [InlineData("compression.gzip.level", "-1", true)]
    [InlineData("compression.gzip.level", "0", false)]
    [InlineData("compression.gzip.level", "9", true)]
    [InlineData("compression.gzip.level", "10", false)]
    [InlineData("compression.zstd.level", "-131072", true)]
    [InlineData("compression.zstd.level", "0", true)]
    [InlineData("compression.zstd.level", "23", false)]
    [InlineData("segment.jitter.ms", "-1", false)]
    [InlineData("flush.messages", "0", false)]
    [InlineData("flush.ms", "0", true)]
    [InlineData("max.compaction.lag.ms", "0", false)]
    [InlineData("retention.ms", "9223372036854775807", true)]
    public void Numbers_have_kafkas_ranges(string name, string value, bool isLegal) =>
        Assert.Equal(isLegal, TopicConfigs.FindFault(name, value) is null);

    [Theory]
    [InlineData("retention.ms", "1000", "1000")]
    [InlineData("log.retention.ms", "1000", "1000")]
    [InlineData("log.retention.minutes", "2", "120000")]
    [InlineData("log.retention.hours", "168", "604800000")]
    [InlineData("log.retention.hours", "-1", "-1")]
    public void A_node_says_what_its_topics_begin_with_by_their_names_or_by_a_brokers(
        string name, string value, string expected)
    {
        StreamLogOptions options = new();
        options.Log.Retention = TimeSpan.FromDays(3);
        options.Log.Configs[name] = value;

        Assert.Null(NodeConfigNames.FindFault(name, value));
        Assert.Equal(
            (expected, expected == "-1" ? ConfigSource.Default : ConfigSource.NodeOptions),
            new NodeConfigs(options).Get(TopicConfigs.Find("retention.ms")!));
    }

    [Theory]
    [InlineData(5000, "1")]
    [InlineData(20_000_000, "2000")]
    [InlineData(Timeout.Infinite * TimeSpan.TicksPerMillisecond, "-1")]
    public void An_age_below_a_millisecond_is_not_none_and_an_infinite_one_is_for_ever(long ticks, string expected)
    {
        StreamLogOptions options = new();
        options.Log.Retention = TimeSpan.FromTicks(ticks);

        StreamLogOptionsValidator.ThrowIfInvalid(options);
        Assert.Equal(expected, new NodeConfigs(options).Get(TopicConfigs.Find("retention.ms")!).Value);
    }

    [Fact]
    public void The_finer_unit_wins()
    {
        StreamLogOptions options = new();
        options.Log.Configs["log.roll.hours"] = "1";
        options.Log.Configs["log.roll.ms"] = "5000";
        options.Log.Configs["log.retention.hours"] = "1";
        options.Log.Configs["log.retention.minutes"] = "1";
        TopicSettings settings = TopicSettings.Create(new NodeConfigs(options), new Dictionary<string, string>());

        Assert.Equal((5000, 60_000), (settings.Log.SegmentMs, settings.Log.RetentionMs));
    }

    [Theory]
    [InlineData("log.retention.hours", "many")]
    [InlineData("log.retention.hours", "-2")]
    [InlineData("log.roll.hours", "0")]
    [InlineData("log.cleanup.policy", "shred")]
    [InlineData("num.partitions", "3")]
    [InlineData("remote.storage.enable", "true")]
    public void What_is_wrong_with_a_nodes_setting_is_said_when_it_starts(string name, string value)
    {
        StreamLogOptions options = new();
        options.Log.Configs[name] = value;

        Microsoft.Extensions.Options.OptionsValidationException refused =
            Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
                () => StreamLogOptionsValidator.ThrowIfInvalid(options));

        Assert.Contains($"StreamLog:Log:Configs:{name}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_nodes_settings_must_agree_with_one_another()
    {
        StreamLogOptions options = new();
        options.Log.Configs["min.compaction.lag.ms"] = "20";
        options.Log.Configs["max.compaction.lag.ms"] = "10";

        Assert.Contains("compaction.lag", Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
            () => StreamLogOptionsValidator.ThrowIfInvalid(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_reaches_the_log()
    {
        LogConfig log = TopicSettings.Create(new NodeConfigs(new StreamLogOptions()), new Dictionary<string, string>
        {
            ["cleanup.policy"] = "delete,compact",
            ["retention.ms"] = "1",
            ["retention.bytes"] = "2",
            ["file.delete.delay.ms"] = "3",
            ["delete.retention.ms"] = "4",
            ["min.cleanable.dirty.ratio"] = "0.25",
            ["min.compaction.lag.ms"] = "5",
            ["max.compaction.lag.ms"] = "6",
            ["segment.jitter.ms"] = "7",
            ["flush.messages"] = "8",
            ["flush.ms"] = "9",
            ["preallocate"] = "true",
            ["compression.type"] = "zstd",
            ["compression.zstd.level"] = "10",
        }).Log;

        Assert.Equal(
            new LogConfig
            {
                IsCompacted = true,
                IsDeletable = true,
                RetentionMs = 1,
                RetentionBytes = 2,
                FileDeleteDelayMs = 3,
                DeleteRetentionMs = 4,
                MinCleanableDirtyRatio = 0.25,
                MinCompactionLagMs = 5,
                MaxCompactionLagMs = 6,
                SegmentJitterMs = 7,
                FlushMessages = 8,
                FlushMs = 9,
                Preallocate = true,
                Compression = CompressionType.Zstd,
                CompressionLevel = 10,
                SegmentBytes = log.SegmentBytes,
            },
            log);
    }

    [Fact]
    public void A_topics_settings_extend_the_nodes()
    {
        StreamLogOptions options = new() { Durability = Durability.PageCache };
        options.Log.SegmentBytes = 1024;
        NodeConfigs node = new(options);

        TopicSettings inherited = TopicSettings.Create(node, new Dictionary<string, string>());
        TopicSettings own = TopicSettings.Create(node, new Dictionary<string, string>
        {
            ["segment.bytes"] = "2048",
            ["streamlog.durability"] = "OnCommit",
            ["cleanup.policy"] = "compact",
            ["compression.type"] = "gzip",
        });

        Assert.Equal((1024, Durability.PageCache, true), (
            inherited.Log.SegmentBytes, inherited.Durability, inherited.Log.IsDeletable));
        Assert.Equal((2048, Durability.OnCommit, false), (own.Log.SegmentBytes, own.Durability, own.Log.IsDeletable));
        Assert.True(own.Log.IsCompacted);
        Assert.Equal(CompressionType.Gzip, own.Log.Compression);
        Assert.Null(inherited.Log.Compression);
    }
}
