using Microsoft.Extensions.Logging;
using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Groups.Share;

/// <summary>The topic <c>__share_group_state</c>: finds the partition that a state is kept in, and creates the topic
/// for the first of them.</summary>
/// <remarks>Owned by the <see cref="ShareCoordinator"/>; thread-safe.</remarks>
internal sealed partial class ShareStateTopic : StateTopic<ShareStatePartition>
{
    private readonly ShareSettings _settings;
    private readonly TimeProvider _time;
    private readonly Action<SharePartitionKey> _freed;
    private readonly ILogger _logger;

    /// <summary>Creates the finder. It reads nothing yet.</summary>
    /// <param name="metadata">The metadata, to find the topic in and to create it.</param>
    /// <param name="controller">Who decides on that.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="freed">Is told where there may be records to deliver.</param>
    /// <param name="logger">Where to log.</param>
    public ShareStateTopic(
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        ShareSettings settings,
        TimeProvider time,
        Action<SharePartitionKey> freed,
        ILogger logger)
        : base(TopicNames.ShareGroupState, metadata, controller, find)
    {
        _settings = settings;
        _time = time;
        _freed = freed;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override ShareStatePartition Open(ReplicatedPartition partition) =>
        new(partition, _settings, _time, _freed, (failed, exception) => Log.DueFailed(_logger, exception, failed));

    /// <inheritdoc/>
    protected override void CannotLoad(Exception exception, TopicPartition partition) =>
        Log.CannotLoad(_logger, exception, partition);
}
