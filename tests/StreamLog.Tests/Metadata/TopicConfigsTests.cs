using StreamLog.Metadata;
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
