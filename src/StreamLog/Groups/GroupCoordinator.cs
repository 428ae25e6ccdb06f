using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>Keeps groups, and the offsets that they commit, in <c>__consumer_offsets</c>.</summary>
/// <remarks>
/// The topic is created when a group first has something to keep. What is decided is decided by the groups themselves,
/// within their partition of the topic. Owned by the broker; thread-safe.
/// </remarks>
internal sealed class GroupCoordinator
{
    private readonly ClusterMetadata _metadata;
    private readonly OffsetsTopic _topic;

    /// <summary>Creates a coordinator.</summary>
    /// <param name="metadata">The metadata, to find topics in.</param>
    /// <param name="topic">Where groups are kept.</param>
    public GroupCoordinator(ClusterMetadata metadata, OffsetsTopic topic)
    {
        _metadata = metadata;
        _topic = topic;
    }

    /// <summary>Creates the group that a record of the log begins.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The group; <see langword="null"/> for a kind of group that has no members here.</returns>
    public static IGroup? CreateGroup(GroupRecord record) => null;

    /// <summary>Reads what there is, so that the first request does not wait for it. A partition that cannot be read is
    /// logged.</summary>
    public void Load() => _topic.Load();

    /// <summary>Stops: answers those who wait for other members. What is written already is answered as it is
    /// committed.</summary>
    public void Close() => _topic.Close();

    /// <summary>Decides about one group, and does it.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="mayCreate">Whether the group may come into being by this.</param>
    /// <param name="refusal">Makes the response that tells an error, such as
    /// <see cref="ErrorCode.GroupIdNotFound"/> where there are no groups at all.</param>
    /// <param name="decide">Decides: answers the reply, or has the group keep it and answer it later.</param>
    /// <param name="cancellationToken">Stops the wait. What was decided holds all the same.</param>
    /// <returns>The response, once what was decided is committed.</returns>
    public async ValueTask<TResponse> DecideAsync<TResponse>(
        string group,
        bool mayCreate,
        Func<ErrorCode, TResponse> refusal,
        Action<GroupTable, GroupDecision, GroupReply<TResponse>> decide,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        if (!GroupNames.IsLegal(group))
            return refusal(ErrorCode.InvalidGroupId);

        if (!_topic.TryFind(group, out OffsetsPartition? partition, out ErrorCode error))
        {
            if (mayCreate)
                (partition, error) = await _topic.FindOrCreateAsync(group, cancellationToken).ConfigureAwait(false);
            if (partition is null)
                return refusal(error == ErrorCode.None ? ErrorCode.GroupIdNotFound : error);
        }

        return await partition
            .DecideAsync(group, refusal, decide)
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Commits offsets.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be committed all the same.</param>
    /// <returns>The response, once the offsets are committed.</returns>
    public ValueTask<OffsetCommitResponse> CommitAsync(
        OffsetCommitRequest request, CancellationToken cancellationToken)
    {
        OffsetCommit commit = new(request, _metadata.Image);
        return DecideAsync<OffsetCommitResponse>(
            request.GroupId, mayCreate: true, commit.Refuse, commit.Decide, cancellationToken);
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
        if (!_topic.TryFind(group, out OffsetsPartition? offsets, out error))
            return error != ErrorCode.None || partitions is null ? [] : [.. partitions.Select(NotCommitted)];

        ClusterImage image = _metadata.Image;
        return offsets.Read<IReadOnlyList<(TopicPartition, CommittedOffset?)>>(groups => partitions is null
            ? [.. groups.Offsets.FindAll(group)
                .Where(pair => IsValid(image, pair.Key, pair.Value))
                .Select(pair => (pair.Key, (CommittedOffset?)pair.Value))]
            : [.. partitions.Select(partition => Find(image, groups.Offsets, group, partition))]);
    }

    /// <summary>Lists the groups that have committed something.</summary>
    /// <returns>Their names, in order.</returns>
    public IReadOnlyList<string> ListGroups() =>
    [
        .. _topic.List()
            .SelectMany(partition => partition.Read(groups => groups.Offsets.Groups.ToArray()))
            .Order(StringComparer.Ordinal),
    ];

    private static (TopicPartition Partition, CommittedOffset? Offset) NotCommitted(TopicPartition partition) =>
        (partition, null);

    private static (TopicPartition Partition, CommittedOffset? Offset) Find(
        ClusterImage image, GroupOffsets offsets, string group, TopicPartition partition) =>
        offsets.Find(group, partition) is { } committed && IsValid(image, partition, committed)
            ? (partition, committed)
            : (partition, null);

    /// <summary>Tells whether an offset belongs to the topic of today, and not to a deleted one of the same
    /// name.</summary>
    private static bool IsValid(ClusterImage image, TopicPartition partition, in CommittedOffset committed) =>
        committed.TopicId == Guid.Empty || image.FindTopic(partition.Topic)?.TopicId == committed.TopicId;
}
