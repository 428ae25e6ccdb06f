using StreamLog.Coordinators;
using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;
using StreamLog.Groups.Share;
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
    private readonly GroupSettings _settings;

    /// <summary>Creates a coordinator.</summary>
    /// <param name="metadata">The metadata, to find topics in.</param>
    /// <param name="topic">Where groups are kept.</param>
    /// <param name="settings">What holds for all of them.</param>
    public GroupCoordinator(ClusterMetadata metadata, OffsetsTopic topic, GroupSettings settings)
    {
        _metadata = metadata;
        _topic = topic;
        _settings = settings;
    }

    /// <summary>Creates the group that a record of the log begins, on a node that was told nothing of groups.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The group; <see langword="null"/> for a kind of group that has no members here.</returns>
    public static IGroup? CreateGroup(GroupRecord record) => CreateGroup(record, GroupSettings.Default);

    /// <summary>Creates the group that a record of the log begins.</summary>
    /// <param name="record">The record.</param>
    /// <param name="settings">What holds for all groups.</param>
    /// <returns>The group; <see langword="null"/> for a kind of group that has no members here.</returns>
    public static IGroup? CreateGroup(GroupRecord record, GroupSettings settings) => record.Key switch
    {
        GroupMetadataKey => new ClassicGroup(record.Group, settings.Classic),
        { } key when ShareGroupRecords.IsKey(key) => new ShareGroup(record.Group, new ShareGroupSettings()),
        _ => new ConsumerGroup(record.Group, settings.Consumer),
    };

    /// <summary>Gets what holds for all groups.</summary>
    public GroupSettings Settings => _settings;

    /// <summary>Gets what stands for the address of members in the node's own process.</summary>
    public string LocalHost => _settings.Consumer.LocalHost;

    /// <summary>Reads what there is, so that the first request does not wait for it. A partition that cannot be read is
    /// logged.</summary>
    public void Load() => _topic.Load();

    /// <summary>Stops: answers those who wait for other members. What is written already is answered as it is
    /// committed.</summary>
    public void Close() => _topic.Close();

    /// <summary>Answers everybody who still waits after <see cref="Close"/>, for a disk that does not answer. What they
    /// wait for may come true all the same.</summary>
    public void ExpireAll() => _topic.ExpireAll();

    /// <summary>Creates the topic that groups are kept in, where it is not there yet.</summary>
    /// <param name="group">A group that is to be kept.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Why the group cannot be kept now, or None.</returns>
    public async ValueTask<ErrorCode> PrepareAsync(string group, CancellationToken cancellationToken) =>
        (await _topic.FindOrCreateAsync(group, cancellationToken).ConfigureAwait(false)).Error;

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

    /// <summary>Takes the heartbeat of a member of a consumer group.</summary>
    /// <param name="call">The heartbeat.</param>
    /// <param name="cancellationToken">Stops the wait. What was decided holds all the same.</param>
    /// <returns>The response, once what was decided is committed.</returns>
    public ValueTask<ConsumerGroupHeartbeatResponse> HeartbeatAsync(
        HeartbeatCall call, CancellationToken cancellationToken)
    {
        if (HeartbeatRules.Check(call.Request, _settings.Consumer) is { } refusal)
        {
            return new ValueTask<ConsumerGroupHeartbeatResponse>(
                new ConsumerGroupHeartbeatResponse { ErrorCode = refusal.Error, ErrorMessage = refusal.Message });
        }

        return DecideAsync<ConsumerGroupHeartbeatResponse>(
            call.Request.GroupId,
            mayCreate: call.IsJoin,
            ConsumerHeartbeat.Refuse,
            (groups, decision, reply) =>
                new ConsumerHeartbeat(call, _settings.Consumer).Decide(groups, decision, reply),
            cancellationToken);
    }

    /// <summary>Describes a group of the consumer protocol.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>What it looks like, or why that cannot be told.</returns>
    public ConsumerGroupDescribeResponse.DescribedGroup DescribeConsumerGroup(string group)
    {
        ConsumerGroupDescribeResponse.DescribedGroup? described = Read(
            group,
            groups => groups.Find(group) is ConsumerGroup known
                ? ConsumerGroupDescription.Of(known, _metadata.Image)
                : null,
            out ErrorCode error);
        return described ?? new ConsumerGroupDescribeResponse.DescribedGroup
        {
            GroupId = group,
            ErrorCode = error == ErrorCode.None ? ErrorCode.GroupIdNotFound : error,
            ErrorMessage = error == ErrorCode.None ? $"There is no consumer group {group}." : null,
        };
    }

    /// <summary>Commits offsets.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be committed all the same.</param>
    /// <returns>The response, once the offsets are committed.</returns>
    public ValueTask<OffsetCommitResponse> CommitAsync(
        OffsetCommitRequest request, CancellationToken cancellationToken)
    {
        if (!GroupRequestRules.Fits(request))
            return new ValueTask<OffsetCommitResponse>(OffsetCommit.Refuse(request, ErrorCode.InvalidRequest));

        OffsetCommit commit = new(request, _metadata.Image);
        return DecideAsync<OffsetCommitResponse>(
            request.GroupId, mayCreate: true, commit.Refuse, commit.Decide, cancellationToken);
    }

    /// <summary>Commits offsets within a transaction: they count once it is committed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="verify">Makes sure that the group's partition of <c>__consumer_offsets</c> is in the
    /// transaction.</param>
    /// <param name="cancellationToken">Stops the wait. The offsets may be written all the same.</param>
    /// <returns>The response, once the offsets are written.</returns>
    public async ValueTask<TxnOffsetCommitResponse> CommitAsync(
        TxnOffsetCommitRequest request,
        Func<TopicPartition, CancellationToken, ValueTask<ErrorCode>> verify,
        CancellationToken cancellationToken)
    {
        if (!GroupNames.IsLegal(request.GroupId))
            return TransactionalCommit.Refuse(request, ErrorCode.InvalidGroupId);

        (OffsetsPartition? partition, ErrorCode error) =
            await _topic.FindOrCreateAsync(request.GroupId, cancellationToken).ConfigureAwait(false);
        if (partition is null)
            return TransactionalCommit.Refuse(request, error);

        // Asked before it is verified: whatever ends the transaction from here on is seen when it is written. What
        // ended meanwhile is the one before, whose mark was still to come.
        long verifiedAt;
        do
        {
            verifiedAt = partition.Partition.Log.TransactionOf(request.ProducerId).EndedAt;
            error = await verify(partition.Partition.TopicPartition, cancellationToken).ConfigureAwait(false);
            if (error != ErrorCode.None)
                return TransactionalCommit.Refuse(request, error);
        }
        while (verifiedAt != partition.Partition.Log.TransactionOf(request.ProducerId).EndedAt);

        OffsetCommit commit = new(
            TransactionalCommit.RequestOf(request),
            _metadata.Image,
            new ProducerStamp(request.ProducerId, request.ProducerEpoch, verifiedAt));
        OffsetCommitResponse response = await partition
            .DecideAsync<OffsetCommitResponse>(request.GroupId, commit.Refuse, commit.Decide)
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return TransactionalCommit.ResponseOf(response);
    }

    /// <summary>Ends a transaction in a partition of <c>__consumer_offsets</c>.</summary>
    /// <param name="number">The partition.</param>
    /// <param name="mark">How it ends.</param>
    /// <param name="cancellationToken">Stops the wait. The mark may be written all the same.</param>
    /// <returns>None once the mark is committed, or why it is not written.</returns>
    public async Task<ErrorCode> EndTransactionAsync(
        int number, TransactionMark mark, CancellationToken cancellationToken)
    {
        if (!_topic.TryFind(number, out OffsetsPartition? partition, out ErrorCode error))
            return error;

        MarkOutcome outcome = await partition
            .DecideAsync<MarkOutcome>("", static refused => new MarkOutcome(refused), (_, decision, reply) =>
            {
                decision.Append(GroupRecord.Of(mark));
                decision.Answer(reply, new MarkOutcome(ErrorCode.None));
            })
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return outcome.Error;
    }

    /// <summary>Returns the partition of <c>__consumer_offsets</c> that a group is kept in, and creates the topic where
    /// it is not there.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The partition, or why there is none.</returns>
    public async ValueTask<(TopicPartition Partition, ErrorCode Error)> FindPartitionAsync(
        string group, CancellationToken cancellationToken)
    {
        if (!GroupNames.IsLegal(group))
            return (default, ErrorCode.InvalidGroupId);

        (OffsetsPartition? partition, ErrorCode error) =
            await _topic.FindOrCreateAsync(group, cancellationToken).ConfigureAwait(false);
        return (partition?.Partition.TopicPartition ?? default, error);
    }

    /// <summary>Finds what a group has committed in some partitions.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partitions">The partitions, or <see langword="null"/> for all that it has committed.</param>
    /// <param name="error">What went wrong for the whole group, or None.</param>
    /// <returns>The partitions with their offsets; <see langword="null"/> where the group has committed none.</returns>
    public IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset)> Fetch(
        string group, IReadOnlyList<TopicPartition>? partitions, out ErrorCode error) =>
        [.. FetchStable(group, partitions, out error).Select(found => (found.Partition, found.Offset))];

    /// <summary>Finds what a group has committed in some partitions, and tells where that may change by a transaction
    /// that has not ended.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partitions">The partitions, or <see langword="null"/> for all that it has committed.</param>
    /// <param name="error">What went wrong for the whole group, or None.</param>
    /// <returns>The partitions with their offsets; <see langword="null"/> where the group has committed none.</returns>
    public IReadOnlyList<(TopicPartition Partition, CommittedOffset? Offset, bool IsUnstable)> FetchStable(
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

        return offsets.Read<IReadOnlyList<(TopicPartition, CommittedOffset?, bool)>>(groups =>
        {
            // Under the gate, so that it knows of every topic that something was committed to.
            ClusterImage image = _metadata.Image;
            return partitions is null
                ? [.. groups.Offsets.FindAll(group)
                    .Where(pair => IsValid(image, pair.Key, pair.Value))
                    .Select(pair => (
                        pair.Key, (CommittedOffset?)pair.Value, groups.Offsets.IsUnstable(group, pair.Key)))]
                : [.. partitions.Select(partition => Find(image, groups.Offsets, group, partition))];
        });
    }

    /// <summary>Decides whether somebody may read a group's offsets.</summary>
    /// <param name="group">The group.</param>
    /// <param name="memberId">The member's id, or <see langword="null"/> for who is no member.</param>
    /// <param name="epoch">The member's epoch; negative for who is no member.</param>
    /// <returns>The error to answer, or None. Of a group that is not there nobody can be no member.</returns>
    public ErrorCode CheckFetch(string group, string? memberId, int epoch) =>
        _topic.TryFind(group, out OffsetsPartition? partition, out _)
            ? partition.Read(groups => groups.Find(group)?.CheckFetch(memberId, epoch) ?? ErrorCode.None)
            : ErrorCode.None;

    /// <summary>Lists the groups: those that have, or had, members, and those that have committed something.</summary>
    /// <param name="error">Why there may be more of them, in a partition that cannot be read now; or None.</param>
    /// <returns>The groups, by name.</returns>
    public IReadOnlyList<GroupListing> ListGroups(out ErrorCode error) =>
    [
        .. _topic.ListAll(out error)
            .SelectMany(partition => partition.Read(GroupListing.FindAll))
            .OrderBy(group => group.Name, StringComparer.Ordinal),
    ];

    /// <summary>Reads of one group, as it stands.</summary>
    /// <typeparam name="TResult">What is read.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="read">Reads; it must not keep the groups.</param>
    /// <param name="error">Why it cannot be read, or None: then there may be no groups at all.</param>
    /// <returns>What it read, or the default.</returns>
    public TResult? Read<TResult>(string group, Func<GroupTable, TResult> read, out ErrorCode error)
    {
        error = ErrorCode.InvalidGroupId;
        return GroupNames.IsLegal(group) && _topic.TryFind(group, out OffsetsPartition? partition, out error)
            ? partition.Read(read)
            : default;
    }

    /// <summary>Forgets the offsets that are of no use any more, and the groups that have nothing left.</summary>
    /// <param name="retention">How long the offsets of a group without members are kept; <see langword="null"/> is for
    /// ever.</param>
    /// <param name="cancellationToken">Stops between two groups.</param>
    /// <returns>A task that completes when all groups have been looked at.</returns>
    public async ValueTask ExpireOffsetsAsync(TimeSpan? retention, CancellationToken cancellationToken)
    {
        foreach (OffsetsPartition partition in _topic.List())
        {
            OffsetExpiry expiry = new(() => _metadata.Image, retention);
            foreach (string group in partition.Read(GroupListing.FindAll).Select(group => group.Name))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!partition.Read(groups => expiry.HasWork(groups, group)))
                    continue;

                while (await ExpireAsync(partition, expiry, group, cancellationToken).ConfigureAwait(false))
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Deletes a group with all its offsets.</summary>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Stops the wait. What was decided holds all the same.</param>
    /// <returns>None once it is gone, or why it is not; some of its offsets may be gone then.</returns>
    public async ValueTask<ErrorCode> DeleteGroupAsync(string group, CancellationToken cancellationToken)
    {
        GroupDeletion.Step step;
        do
        {
            step = await DecideAsync<GroupDeletion.Step>(
                    group,
                    mayCreate: false,
                    static error => new GroupDeletion.Step(error, IsLast: true),
                    (groups, decision, reply) => GroupDeletion.Delete(groups, group, decision, reply),
                    cancellationToken)
                .ConfigureAwait(false);
        }
        while (!step.IsLast);

        return step.Error;
    }

    private static async ValueTask<bool> ExpireAsync(
        OffsetsPartition partition, OffsetExpiry expiry, string group, CancellationToken cancellationToken)
    {
        const string More = "more";
        string answer = await partition
            .DecideAsync<string>(group, static error => error.ToString(), (groups, decision, reply) =>
                decision.Answer(reply, expiry.Decide(groups, group, decision) ? "" : More))
            .WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return answer == More;
    }

    private static (TopicPartition Partition, CommittedOffset? Offset, bool IsUnstable) NotCommitted(
        TopicPartition partition) => (partition, null, false);

    private static (TopicPartition Partition, CommittedOffset? Offset, bool IsUnstable) Find(
        ClusterImage image, GroupOffsets offsets, string group, TopicPartition partition)
    {
        bool isCommitted = offsets.Find(group, partition) is { } found && IsValid(image, partition, found);
        return (partition, isCommitted ? offsets.Find(group, partition) : null, offsets.IsUnstable(group, partition));
    }

    /// <summary>Tells whether an offset belongs to the topic of today, and not to a deleted one of the same
    /// name.</summary>
    private static bool IsValid(ClusterImage image, TopicPartition partition, in CommittedOffset committed) =>
        committed.TopicId == Guid.Empty || image.FindTopic(partition.Topic)?.TopicId == committed.TopicId;
}
