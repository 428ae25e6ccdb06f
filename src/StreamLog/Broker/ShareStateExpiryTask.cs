using StreamLog.Groups.Share;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Forgets, every so often, how far share groups had come that are gone, or in topics that are.</summary>
/// <param name="parts">The broker.</param>
internal sealed class ShareStateExpiryTask(BrokerParts parts) : IMaintenanceTask
{
    /// <summary>The name of the task.</summary>
    public const string TaskName = "share-state-expiry";

    /// <inheritdoc/>
    public string Name => TaskName;

    /// <inheritdoc/>
    public TimeSpan Interval { get; } = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async ValueTask RunAsync(CancellationToken stopping) =>
        await parts.Shares.ForgetAsync(IsGone, stopping).ConfigureAwait(false);

    private bool IsGone(SharePartitionKey key) =>
        parts.Metadata.Image.FindTopic(key.TopicId) is null
        || parts.ShareGroups.CheckExists(key.Group) == ErrorCode.GroupIdNotFound;
}
