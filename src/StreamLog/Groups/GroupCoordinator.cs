using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>Keeps the committed offsets of groups in <c>__consumer_offsets</c>.</summary>
/// <remarks>
/// The topic is created when the first offset is committed. Each of its partitions is read when the node starts, or
/// when it is first needed. Owned by the broker; thread-safe.
/// </remarks>
internal sealed partial class GroupCoordinator
{
    // Compaction leaves the segment alone that is appended to. A start reads all of it, so it is smaller than Kafka's.
    private const int SegmentBytes = 16 * 1024 * 1024;

    /// <summary>How many partitions <c>__consumer_offsets</c> is created with.</summary>
    /// <remarks>
    /// Kafka creates 50, to spread the groups of hundreds of clients over many nodes. Each partition has files of its
    /// own to create, recover and flush, which an embedded node would pay for with nothing in return. Four let commits
    /// of different groups be flushed side by side, and spread over a small cluster.
    /// </remarks>
    public const int PartitionCount = 4;

    // Kafka's offset.metadata.max.bytes.
    private const int MetadataLengthMax = 4096;

    private readonly ClusterMetadata _metadata;
    private readonly Controller _controller;
    private readonly Func<TopicPartition, ReplicatedPartition?> _find;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<int, OffsetsPartition> _partitions = [];

    /// <summary>Creates a coordinator.</summary>
    /// <param name="metadata">The metadata, to find topics in and to create the offsets' topic.</param>
    /// <param name="controller">Who decides on that.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    /// <param name="time">The clock that commits are stamped by.</param>
    /// <param name="logger">Where to log.</param>
    public GroupCoordinator(
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        TimeProvider time,
        ILogger logger)
    {
        _metadata = metadata;
        _controller = controller;
        _find = find;
        _time = time;
        _logger = logger;
    }

    /// <summary>Reads what there is, so that the first request does not wait for it. A partition that cannot be read is
    /// logged.
    /// </summary>
    public void Load()
    {
        int count = _metadata.Image.FindTopic(TopicNames.ConsumerOffsets)?.Partitions.Length ?? 0;
        for (int partition = 0; partition < count; partition++)
            TryFind(partition, out _);
    }

    /// <summary>Commits offsets.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be committed all the same.</param>
    /// <returns>The response, once the offsets are committed.</returns>
    public async ValueTask<OffsetCommitResponse> CommitAsync(
        OffsetCommitRequest request, CancellationToken cancellationToken)
    {
        if (!GroupNames.IsLegal(request.GroupId))
            return Answer(request, ErrorCode.InvalidGroupId);
        if (!TryFindOf(request.GroupId, out OffsetsPartition? offsets, out ErrorCode error))
        {
            // Where somebody else is just creating the topic, this waits for that.
            if (error is not (ErrorCode.None or ErrorCode.CoordinatorLoadInProgress))
                return Answer(request, error);

            await CreateTopicAsync(cancellationToken).ConfigureAwait(false);
            if (!TryFindOf(request.GroupId, out offsets, out error))
                return Answer(request, ErrorAfterCreation(error));
        }

        error = offsets.Read(state => state.CheckCommitter(request.GroupId, request.GenerationIdOrMemberEpoch));
        if (error != ErrorCode.None)
            return Answer(request, error);

        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        List<OffsetRecord> records = [];
        List<OffsetCommitResponse.OffsetCommitResponsePartition> accepted = [];
        OffsetCommitResponse response = Decide(request, now, records, accepted);
        if (records.Count == 0)
            return response;

        error = await offsets.CommitAsync(records, now, cancellationToken).ConfigureAwait(false);
        foreach (OffsetCommitResponse.OffsetCommitResponsePartition partition in accepted)
            partition.ErrorCode = error;
        return response;
    }

    /// <summary>Finds what a group has committed in some partitions.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partitions">The partitions, or <see langword="null"/> for all that it has committed.</param>
    /// <param name="error">What went wrong for the whole group, or None.</param>
    /// <returns>The partitions with their offsets; <see langword="null"/> where the group has committed none.</returns>
    public IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset)> Fetch(
        string group, IReadOnlyList<TopicPartition>? partitions, out ErrorCode error)
    {
        if (!GroupNames.IsLegal(group))
        {
            error = ErrorCode.InvalidGroupId;
            return [];
        }

        // Where the topic is not there, nobody has committed anything: no error.
        if (!TryFindOf(group, out OffsetsPartition? offsets, out error))
            return error != ErrorCode.None || partitions is null ? [] : [.. partitions.Select(NotCommitted)];

        ClusterImage image = _metadata.Image;
        return offsets.Read<IReadOnlyList<(TopicPartition, CommittedOffset?)>>(state => partitions is null
            ? [.. state.FindAll(group)
                .Where(pair => IsValid(image, pair.Key, pair.Value))
                .Select(pair => (pair.Key, (CommittedOffset?)pair.Value))]
            : [.. partitions.Select(partition => Find(image, state, group, partition))]);
    }

    /// <summary>Lists the groups that have committed something.</summary>
    /// <returns>Their names, in order.</returns>
    public IReadOnlyList<string> ListGroups()
    {
        OffsetsPartition[] partitions;
        lock (_gate)
            partitions = [.. _partitions.Values];

        return [.. partitions
            .SelectMany(partition => partition.Read(state => state.Groups.ToArray()))
            .Order(StringComparer.Ordinal)];
    }

    // Where the partition is not there by now it is not being loaded: it could not be opened.
    private static ErrorCode ErrorAfterCreation(ErrorCode error) => error switch
    {
        ErrorCode.None => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.CoordinatorLoadInProgress => ErrorCode.KafkaStorageError,
        _ => error,
    };

    private static (TopicPartition Partition, CommittedOffset? Offset) NotCommitted(TopicPartition partition) =>
        (partition, null);

    private static (TopicPartition Partition, CommittedOffset? Offset) Find(
        ClusterImage image, GroupOffsets state, string group, TopicPartition partition) =>
        state.Find(group, partition) is { } committed && IsValid(image, partition, committed)
            ? (partition, committed)
            : (partition, null);

    /// <summary>Tells whether an offset belongs to the topic of today, and not to a deleted one of the same
    /// name.</summary>
    private static bool IsValid(ClusterImage image, TopicPartition partition, in CommittedOffset committed) =>
        committed.TopicId == Guid.Empty || image.FindTopic(partition.Topic)?.TopicId == committed.TopicId;

    private static OffsetCommitResponse Answer(OffsetCommitRequest request, ErrorCode error)
    {
        OffsetCommitResponse response = new();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            response.Topics.Add(new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(partition => Answer(partition, error))],
            });
        }

        return response;
    }

    private static OffsetCommitResponse.OffsetCommitResponsePartition Answer(
        OffsetCommitRequest.OffsetCommitRequestPartition partition, ErrorCode error) =>
        new() { PartitionIndex = partition.PartitionIndex, ErrorCode = error };

    /// <summary>Decides about each partition of a commit.</summary>
    private OffsetCommitResponse Decide(
        OffsetCommitRequest request,
        long now,
        List<OffsetRecord> records,
        List<OffsetCommitResponse.OffsetCommitResponsePartition> accepted)
    {
        ClusterImage image = _metadata.Image;
        OffsetCommitResponse response = new();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic asked in request.Topics)
        {
            TopicImage? topic =
                asked.TopicId != Guid.Empty ? image.FindTopic(asked.TopicId) : image.FindTopic(asked.Name);
            OffsetCommitResponse.OffsetCommitResponseTopic answers =
                new() { Name = asked.Name, TopicId = asked.TopicId };
            response.Topics.Add(answers);
            foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in asked.Partitions)
            {
                ErrorCode error = Check(asked, topic, partition);
                OffsetCommitResponse.OffsetCommitResponsePartition answer = Answer(partition, error);
                answers.Partitions.Add(answer);
                if (error != ErrorCode.None)
                    continue;

                accepted.Add(answer);
                records.Add(RecordOf(request.GroupId, topic!, partition, now));
            }
        }

        return response;
    }

    private static ErrorCode Check(
        OffsetCommitRequest.OffsetCommitRequestTopic asked,
        TopicImage? topic,
        OffsetCommitRequest.OffsetCommitRequestPartition partition)
    {
        if (topic is null)
            return asked.TopicId != Guid.Empty ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        if ((uint)partition.PartitionIndex >= (uint)topic.Partitions.Length)
            return ErrorCode.UnknownTopicOrPartition;

        return partition.CommittedMetadata is { Length: > MetadataLengthMax }
            ? ErrorCode.OffsetMetadataTooLarge
            : ErrorCode.None;
    }

    private static OffsetRecord RecordOf(
        string group, TopicImage topic, OffsetCommitRequest.OffsetCommitRequestPartition partition, long now) => new(
        new OffsetCommitKey { Group = group, Topic = topic.Name, Partition = partition.PartitionIndex },
        new OffsetCommitValue
        {
            Offset = partition.CommittedOffset,
            LeaderEpoch = partition.CommittedLeaderEpoch,
            Metadata = partition.CommittedMetadata ?? "",
            CommitTimestamp = now,
            TopicId = topic.TopicId,
        });

    /// <summary>Finds the partition that a group is kept in.</summary>
    /// <returns><see langword="false"/> with no error where the topic is not there yet.</returns>
    private bool TryFindOf(
        string group, [NotNullWhen(true)] out OffsetsPartition? offsets, out ErrorCode error)
    {
        offsets = null;
        error = ErrorCode.None;
        if (_metadata.Image.FindTopic(TopicNames.ConsumerOffsets) is not { } topic)
            return false;

        offsets = TryFind(GroupNames.PartitionOf(group, topic.Partitions.Length), out error);
        return offsets is not null;
    }

    private OffsetsPartition? TryFind(int number, out ErrorCode error)
    {
        error = ErrorCode.None;
        lock (_gate)
        {
            if (_find(new TopicPartition(TopicNames.ConsumerOffsets, number)) is not { } partition)
            {
                error = ErrorCode.CoordinatorLoadInProgress;
                return null;
            }

            // A repair has put another partition in the place of the one that was read.
            if (_partitions.TryGetValue(number, out OffsetsPartition? offsets)
                && !ReferenceEquals(offsets.Partition, partition))
            {
                _partitions.Remove(number);
                offsets = null;
            }

            if (offsets is null)
            {
                try
                {
                    offsets = new OffsetsPartition(partition);
                }
                catch (StreamLogException exception)
                {
                    Log.CannotLoad(_logger, exception, partition.TopicPartition);
                    error = exception.ErrorCode;
                    return null;
                }

                _partitions.Add(number, offsets);
            }

            error = offsets.Partition.Failure?.ErrorCode ?? ErrorCode.None;
            return error == ErrorCode.None ? offsets : null;
        }
    }

    private async ValueTask CreateTopicAsync(CancellationToken cancellationToken)
    {
        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = TopicNames.ConsumerOffsets,
            NumPartitions = PartitionCount,
            ReplicationFactor = -1,
        };
        Add(TopicConfigs.CleanupPolicy, TopicConfigs.CleanupCompact);
        Add(TopicConfigs.SegmentBytes, SegmentBytes.ToString(CultureInfo.InvariantCulture));
        Add(TopicConfigs.MaxMessageBytes, OffsetsPartition.CommitBytesMax.ToString(CultureInfo.InvariantCulture));
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
