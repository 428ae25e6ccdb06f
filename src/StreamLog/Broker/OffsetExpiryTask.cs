using StreamLog.Groups;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Forgets, every so often, the committed offsets that are of no use any more.</summary>
/// <param name="groups">The groups.</param>
/// <param name="retention">How long offsets are kept; <see langword="null"/> is for ever.</param>
internal sealed class OffsetExpiryTask(GroupCoordinator groups, TimeSpan? retention) : IMaintenanceTask
{
    /// <summary>The name of the task.</summary>
    public const string TaskName = "offset-expiry";

    /// <inheritdoc/>
    public string Name => TaskName;

    /// <summary>Gets how often: Kafka's <c>offsets.retention.check.interval.ms</c>.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public ValueTask RunAsync(CancellationToken stopping) => groups.ExpireOffsetsAsync(retention, stopping);
}
