using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>The topic <c>__consumer_offsets</c>: finds the partition that a group is kept in, and creates the topic for
/// the first of them.</summary>
/// <remarks>
/// Each of its partitions is read when the node starts, or when it is first needed; one whose state was lost is read
/// anew. Owned by the coordinator; thread-safe.
/// </remarks>
internal sealed partial class OffsetsTopic
{
    // Compaction leaves the segment alone that is appended to. A start reads all of it, so it is smaller than Kafka's.
    private const int SegmentBytes = 16 * 1024 * 1024;

    /// <summary>How many partitions the topic is created with.</summary>
    /// <remarks>
    /// Kafka creates 50, to spread the groups of hundreds of clients over many nodes. Each partition has files of its
    /// own to create, recover and flush, which an embedded node would pay for with nothing in return. Four let commits
    /// of different groups be flushed side by side, and spread over a small cluster.
    /// </remarks>
    public const int PartitionCount = 4;

    private readonly ClusterMetadata _metadata;
    private readonly Controller _controller;
    private readonly Func<TopicPartition, ReplicatedPartition?> _find;
    private readonly Func<GroupRecord, IGroup?> _create;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<int, OffsetsPartition> _partitions = [];
    private bool _isClosed;

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
    {
        _metadata = metadata;
        _controller = controller;
        _find = find;
        _create = create;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reads what there is, so that the first request does not wait for it. A partition that cannot be read is
    /// logged.</summary>
    public void Load()
    {
        int count = _metadata.Image.FindTopic(TopicNames.ConsumerOffsets)?.Partitions.Length ?? 0;
        for (int partition = 0; partition < count; partition++)
            Find(partition, out _);
    }

    /// <summary>Lists the partitions that have been read.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<OffsetsPartition> List()
    {
        lock (_gate)
            return [.. _partitions.Values];
    }

    /// <summary>Refuses, from now on, all requests that wait for more than what is written.</summary>
    public void Close()
    {
        OffsetsPartition[] partitions;
        lock (_gate)
        {
            _isClosed = true;
            partitions = [.. _partitions.Values];
        }

        foreach (OffsetsPartition partition in partitions)
            partition.Close(ErrorCode.CoordinatorNotAvailable);
    }

    /// <summary>Finds the partition that a group is kept in.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="error">Why it cannot be found; None where the topic is not there yet.</param>
    /// <returns><see langword="true"/> if it was found.</returns>
    public bool TryFind(string group, [NotNullWhen(true)] out OffsetsPartition? partition, out ErrorCode error)
    {
        partition = null;
        error = ErrorCode.None;
        if (_metadata.Image.FindTopic(TopicNames.ConsumerOffsets) is not { } topic)
            return false;

        partition = Find(GroupNames.PartitionOf(group, topic.Partitions.Length), out error);
        return partition is not null;
    }

    /// <summary>Finds the partition that a group is kept in, and creates the topic where it is not there.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The partition, or why there is none.</returns>
    public async ValueTask<(OffsetsPartition? Partition, ErrorCode Error)> FindOrCreateAsync(
        string group, CancellationToken cancellationToken)
    {
        if (TryFind(group, out OffsetsPartition? partition, out ErrorCode error))
            return (partition, ErrorCode.None);

        // Where somebody else is just creating the topic, this waits for that.
        if (error is not (ErrorCode.None or ErrorCode.CoordinatorLoadInProgress))
            return (null, error);

        await CreateAsync(cancellationToken).ConfigureAwait(false);
        return TryFind(group, out partition, out error) ? (partition, error) : (null, ErrorAfterCreation(error));
    }

    // Where the partition is not there by now it is not being loaded: it could not be opened.
    private static ErrorCode ErrorAfterCreation(ErrorCode error) => error switch
    {
        ErrorCode.None => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.CoordinatorLoadInProgress => ErrorCode.KafkaStorageError,
        _ => error,
    };

    private OffsetsPartition? Find(int number, out ErrorCode error)
    {
        error = ErrorCode.None;
        lock (_gate)
        {
            if (_find(new TopicPartition(TopicNames.ConsumerOffsets, number)) is not { } partition)
            {
                error = ErrorCode.CoordinatorLoadInProgress;
                return null;
            }

            // A repair has put another partition in the place of the one that was read, or its state was lost.
            if (!_isClosed
                && _partitions.TryGetValue(number, out OffsetsPartition? offsets)
                && (!ReferenceEquals(offsets.Partition, partition) || offsets.IsLost))
            {
                _partitions.Remove(number);
            }

            error = partition.Failure?.ErrorCode ?? ErrorCode.None;
            return error == ErrorCode.None ? FindOrRead(number, partition, out error) : null;
        }
    }

    private OffsetsPartition? FindOrRead(int number, ReplicatedPartition partition, out ErrorCode error)
    {
        error = ErrorCode.None;
        if (_partitions.TryGetValue(number, out OffsetsPartition? offsets))
            return offsets;

        // What is still on its way to the disk belongs to the state too. It will be there soon.
        if (_isClosed || partition.HighWatermark < partition.Log.LogEndOffset)
        {
            error = ErrorCode.CoordinatorNotAvailable;
            return null;
        }

        try
        {
            offsets = new OffsetsPartition(partition, _create, _time, Failed);
            _partitions.Add(number, offsets);
            return offsets;
        }
        catch (StreamLogException exception)
        {
            Log.CannotLoad(_logger, exception, partition.TopicPartition);
            error = exception.ErrorCode;
            return null;
        }
    }

    private void Failed(TopicPartition partition, Exception exception) =>
        Log.DueFailed(_logger, exception, partition);

    private async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = TopicNames.ConsumerOffsets,
            NumPartitions = PartitionCount,
            ReplicationFactor = -1,
        };
        Add(TopicConfigs.CleanupPolicy, TopicConfigs.CleanupCompact);
        Add(TopicConfigs.SegmentBytes, SegmentBytes.ToString(CultureInfo.InvariantCulture));
        Add(TopicConfigs.MaxMessageBytes, GroupLog.BatchBytesMax.ToString(CultureInfo.InvariantCulture));
        Add(TopicConfigs.DurabilityName, nameof(Durability.OnCommit));
        CreateTopicsRequest request = new() { Topics = { topic } };

        // Somebody else may have been first, which is as good.
        await _metadata
            .ChangeAsync(image => _controller.CreateTopics(image, request), cancellationToken)
            .ConfigureAwait(false);

        void Add(string name, string value) =>
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = name, Value = value });
    }
}
