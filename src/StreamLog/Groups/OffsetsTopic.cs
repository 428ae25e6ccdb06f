using Microsoft.Extensions.Logging;
using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>The topic <c>__consumer_offsets</c>: finds the partition that a group is kept in, and creates the topic for
/// the first of them.</summary>
/// <remarks>Owned by the coordinator; thread-safe.</remarks>
internal sealed partial class OffsetsTopic : StateTopic<OffsetsPartition>
{
    private readonly Func<GroupRecord, IGroup?> _create;
    private readonly Func<ClusterImage> _image;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates the finder. It reads nothing yet.</summary>
    /// <param name="metadata">The metadata, to find the topic in and to create it.</param>
    /// <param name="controller">Who decides on that.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    /// <param name="create">Creates the group that a record begins.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    public OffsetsTopic(
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        Func<GroupRecord, IGroup?> create,
        TimeProvider time,
        ILogger logger)
        : base(TopicNames.ConsumerOffsets, metadata, controller, find)
    {
        _create = create;
        _image = () => metadata.Image;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override OffsetsPartition Open(ReplicatedPartition partition) =>
        new(partition, _create, _image, _time, (failed, exception) => Log.DueFailed(_logger, exception, failed));

    /// <inheritdoc/>
    protected override void CannotLoad(Exception exception, TopicPartition partition) =>
        Log.CannotLoad(_logger, exception, partition);
}
