using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;

namespace StreamLog.Groups;

/// <summary>What holds for all groups of a node, of each protocol. Immutable.</summary>
/// <param name="Classic">The classic protocol's.</param>
/// <param name="Consumer">The consumer protocol's.</param>
internal sealed record GroupSettings(ClassicGroupSettings Classic, ConsumerGroupSettings Consumer)
{
    /// <summary>The settings of a node that was told nothing else.</summary>
    public static readonly GroupSettings Default = Of(new GroupOptions());

    /// <summary>Takes the settings from a node's options, which are legal.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The settings.</returns>
    public static GroupSettings Of(GroupOptions options) => Of(options, new ConsumerGroupSettings().LocalHost);

    /// <summary>Takes the settings from a node's options, which are legal.</summary>
    /// <param name="options">The options.</param>
    /// <param name="localHost">What stands for the address of members in the node's own process.</param>
    /// <returns>The settings.</returns>
    public static GroupSettings Of(GroupOptions options, string localHost)
    {
        ClassicGroupSettings classic = new()
        {
            SessionTimeoutMinMs = Milliseconds(options.MinSessionTimeout),
            SessionTimeoutMaxMs = Milliseconds(options.MaxSessionTimeout),
            SizeMax = options.MaxSize,
            InitialDelayMs = Milliseconds(options.InitialRebalanceDelay),
        };
        return new GroupSettings(classic, new ConsumerGroupSettings
        {
            SessionTimeoutMs = Milliseconds(options.ConsumerSessionTimeout),
            HeartbeatIntervalMs = Milliseconds(options.ConsumerHeartbeatInterval),
            MaxSize = options.ConsumerMaxSize,
            LocalHost = localHost,
            MigrationPolicy = options.MigrationPolicy,
            Classic = classic,
        });
    }

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;
}
