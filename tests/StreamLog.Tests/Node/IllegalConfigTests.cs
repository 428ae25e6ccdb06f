using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a setting that is unknown or has an impossible value is named in the error, and changes nothing.
public sealed class IllegalConfigTests : NodeTest
{
    public static TheoryData<string, string> IllegalConfigs => new()
    {
        { "segment.byte", "1048576" },
        { "", "1" },
        { "segment.bytes", "many" },
        { "segment.bytes", "-1" },
        { "segment.bytes", "99999999999" },
        { "segment.ms", "0" },
        { "segment.ms", "soon" },
        { "max.message.bytes", "-5" },
        { "index.interval.bytes", "-1" },
        { "cleanup.policy", "shred" },
        { "compression.type", "rar" },
        { "message.timestamp.type", "Never" },
        { "message.timestamp.after.max.ms", "-1" },
        { "streamlog.durability", "Hope" },
    };

    [Theory]
    [MemberData(nameof(IllegalConfigs))]
    public async Task A_topic_with_an_illegal_setting_is_not_created(string name, string value)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        Dictionary<string, string> configs = new() { ["max.message.bytes"] = "2000", [name] = value };

        await AssertRefusedAsync(
            ErrorCode.InvalidConfig,
            async () => await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop),
            name);

        Assert.Empty(await node.Admin.ListTopicsAsync(cancellationToken: Stop));
        await AssertStillWorksAsync(node);
    }

    [Theory]
    [MemberData(nameof(IllegalConfigs))]
    public async Task An_illegal_setting_leaves_all_settings_as_they_are(string name, string value)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        IReadOnlyDictionary<string, ConfigEntry> before = await node.Admin.DescribeConfigsAsync("orders", Stop);
        Dictionary<string, string?> changes = new() { ["retention.ms"] = "5000", [name] = value };

        await AssertRefusedAsync(
            ErrorCode.InvalidConfig, async () => await node.Admin.AlterConfigsAsync("orders", changes, Stop), name);

        IReadOnlyDictionary<string, ConfigEntry> after = await node.Admin.DescribeConfigsAsync("orders", Stop);
        Assert.Equal(before.OrderBy(entry => entry.Key), after.OrderBy(entry => entry.Key));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_refused_value_is_told_with_the_values_that_would_do()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        Dictionary<string, string> configs = new() { ["cleanup.policy"] = "shred" };

        await AssertRefusedAsync(
            ErrorCode.InvalidConfig,
            async () => await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop),
            "cleanup.policy",
            "shred",
            "compact",
            "delete");
    }

    [Fact]
    public async Task A_changed_setting_holds_across_a_restart_and_null_goes_back_to_the_default()
    {
        TrialEnvironment environment = new();
        await using (StreamLogNode node = await StartAsync(environment))
        {
            Dictionary<string, string> configs = new() { ["max.message.bytes"] = "2000", ["segment.bytes"] = "4000" };
            await node.Admin.CreateTopicAsync("orders", configs: configs, cancellationToken: Stop);
            Dictionary<string, string?> changes = new() { ["max.message.bytes"] = null, ["segment.bytes"] = "5000" };
            await node.Admin.AlterConfigsAsync("orders", changes, Stop);
        }

        await using StreamLogNode again = await StartAsync(environment);
        IReadOnlyDictionary<string, ConfigEntry> settings = await again.Admin.DescribeConfigsAsync("orders", Stop);
        Assert.Equal("5000", settings["segment.bytes"].Value);
        Assert.False(settings["segment.bytes"].IsDefault);
        Assert.True(settings["max.message.bytes"].IsDefault);
        Assert.Equal("1048588", settings["max.message.bytes"].Value);
    }
}
