using StreamLog.Metadata;
using Xunit;

namespace StreamLog.Tests.Metadata;

/// <summary>Options of topics are settings by Kafka's names, and every one of them is legal.</summary>
public sealed class TopicOptionConfigsTests
{
    [Fact]
    public void Nothing_set_is_nothing() => Assert.Empty(TopicOptionConfigs.Of(new TopicOptions { Partitions = 3 }));

    [Fact]
    public void Every_property_has_its_name_and_a_legal_value()
    {
        IReadOnlyDictionary<string, string> configs = TopicOptionConfigs.Of(new TopicOptions
        {
            Durability = Durability.PageCache,
            Cleanup = CleanupPolicy.CompactAndDelete,
            Retention = TimeSpan.FromDays(7),
            RetentionBytes = 5_000_000_000,
            SegmentBytes = 1_000_000,
            SegmentAge = TimeSpan.FromHours(1),
            MaxMessageBytes = 2000,
            Compression = CompressionType.Lz4,
            TimestampType = TimestampType.LogAppendTime,
        });

        Assert.Equal(
            "cleanup.policy=compact,delete compression.type=lz4 max.message.bytes=2000 " +
            "message.timestamp.type=LogAppendTime retention.bytes=5000000000 retention.ms=604800000 " +
            "segment.bytes=1000000 segment.ms=3600000 streamlog.durability=PageCache",
            string.Join(' ', configs.Select(config => $"{config.Key}={config.Value}")));
        Assert.All(configs, config => Assert.Null(TopicConfigs.FindFault(config.Key, config.Value)));
    }

    [Theory]
    [InlineData(CleanupPolicy.Delete, "delete")]
    [InlineData(CleanupPolicy.Compact, "compact")]
    public void A_policy_has_its_name(CleanupPolicy policy, string expected) =>
        Assert.Equal(expected, TopicOptionConfigs.Of(new TopicOptions { Cleanup = policy })["cleanup.policy"]);

    [Theory]
    [InlineData(CompressionType.None, "uncompressed")]
    [InlineData(CompressionType.Zstd, "zstd")]
    public void A_codec_has_its_name(CompressionType codec, string expected) =>
        Assert.Equal(expected, TopicOptionConfigs.Of(new TopicOptions { Compression = codec })["compression.type"]);

    [Fact]
    public void For_ever_is_minus_one_and_the_shortest_time_is_a_millisecond()
    {
        Assert.Equal(
            "-1", TopicOptionConfigs.Of(new TopicOptions { Retention = Timeout.InfiniteTimeSpan })["retention.ms"]);
        Assert.Equal(
            "1", TopicOptionConfigs.Of(new TopicOptions { Retention = TimeSpan.FromTicks(1) })["retention.ms"]);
    }

    [Fact]
    public void A_setting_by_its_name_holds_before_the_property()
    {
        TopicOptions options = new() { SegmentBytes = 1_000_000, Configs = { ["segment.bytes"] = "2000000" } };

        Assert.Equal("2000000", TopicOptionConfigs.Of(options)["segment.bytes"]);
    }
}
