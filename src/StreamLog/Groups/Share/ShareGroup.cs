using StreamLog.Coordinators;
using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>A share group (KIP-932): its members read the same partitions side by side, record by record.</summary>
/// <remarks>
/// <para>The group knows who its members are and which partitions each reads. Which records of a partition a member has
/// is the business of <see cref="SharePartition"/>. Nobody has to give a partition back before another may read it, so
/// a member gets its target assignment with the next heartbeat.</para>
/// <para>A state machine without I/O, locks, clocks or chance: it decides on records, and what they say holds once they
/// are applied. What is not in the records is when members were heard of last. A member is what it is in a consumer
/// group, without what static members, patterns and revocation need. Owned by its <see cref="OffsetsPartition"/>, which
/// lets one thread in at a time.</para>
/// </remarks>
internal sealed class ShareGroup : IGroup
{
    /// <summary>Kafka's word for these groups.</summary>
    public const string TypeName = "share";

    // How many members are given up in one step, so that its records fit into a batch however long their ids are. Who
    // is left is due still, and the next step follows at once.
    private const int ExpiredMax = 64;

    private readonly ShareGroupSettings _settings;
    private readonly ShareGroupState _state = new();
    private readonly ShareGroupRecord _records;
    private readonly DeadlineQueue<string> _deadlines = new(StringComparer.Ordinal);

    // The topics that the group has looked at, and found that they call for no other assignment.
    private object? _checkedTopics;

    /// <summary>Creates a group without members.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">The settings.</param>
    public ShareGroup(string name, ShareGroupSettings settings)
    {
        Name = name;
        _settings = settings;
        _records = new ShareGroupRecord(name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public string ProtocolType => TypeName;

    /// <inheritdoc/>
    public string State => IsEmpty ? "Empty" : "Stable";

    /// <inheritdoc/>
    public bool IsEmpty => _state.Members.Count == 0;

    /// <inheritdoc/>
    public long NextDeadlineMs => _deadlines.Next;

    /// <summary>Gets what the records say.</summary>
    public ShareGroupState Records => _state;

    /// <summary>Decides on a heartbeat: finds its group, or makes it.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="call">The heartbeat, which has been checked.</param>
    /// <param name="settings">The settings of groups.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <returns>The response.</returns>
    public static ShareGroupHeartbeatResponse Heartbeat(
        GroupTable groups, ShareHeartbeatCall call, ShareGroupSettings settings, GroupDecision decision)
    {
        string name = call.Request.GroupId;
        if (groups.Find(name) is ShareGroup known)
            return known.Heartbeat(call, decision);

        // A name that has committed offsets is a classic group's, even without members.
        if (groups.Has(name) || !call.IsJoin)
        {
            return Refuse(
                ErrorCode.GroupIdNotFound,
                groups.Has(name) ? $"{name} is not a share group." : $"There is no group {name}.");
        }

        ShareGroup created = new(name, settings);
        ShareGroupHeartbeatResponse response = created.Heartbeat(call, decision);
        if (response.ErrorCode == ErrorCode.None)
        {
            decision.IsAhead = true;
            groups.Put(created);
        }

        return response;
    }

    /// <inheritdoc/>
    public bool Apply(in GroupRecord record)
    {
        bool isThere = _state.Apply(record);
        if (record is { Key: ShareGroupMemberMetadataKey key, Value: null })
            _deadlines.Remove(key.MemberId);
        return isThere;
    }

    /// <inheritdoc/>
    public void Loaded(long now, ClusterImage image)
    {
        foreach (string memberId in _state.Members.Keys)
            _deadlines.Set(memberId, now + SessionTimeoutIn(image));
    }

    /// <inheritdoc/>
    public void Expire(GroupDecision decision)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        while (gone.Count < ExpiredMax && _deadlines.TryTakeDue(decision.Now, out string? memberId))
        {
            // What was decided last for a member may not have come to be written down.
            if (_state.Find(memberId) is null)
                continue;

            // Neither may this, and then it is tried again.
            _deadlines.Set(memberId, decision.Now + SessionTimeoutIn(decision.Image));
            gone.Add(memberId);
        }

        Remove(gone, decision);
    }

    /// <inheritdoc/>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int epoch, bool knowsEpochs) =>
        ErrorCode.GroupIdNotFound;

    /// <inheritdoc/>
    public ErrorCode CheckFetch(string? memberId, int epoch) => ErrorCode.GroupIdNotFound;

    /// <inheritdoc/>
    public ErrorCode CheckOffsetDelete() => ErrorCode.GroupIdNotFound;

    /// <inheritdoc/>
    public bool IsSubscribedTo(string topic) =>
        _state.Members.Values.Any(member => member.TopicNames.Contains(topic, StringComparer.Ordinal));

    /// <inheritdoc/>
    public long? UnusedSince(long commitTimestamp) => commitTimestamp;

    /// <inheritdoc/>
    public void Delete(GroupDecision decision)
    {
        foreach (GroupRecord record in _records.GroupGone())
            decision.Append(record);
    }

    private static ShareGroupHeartbeatResponse Refuse(ErrorCode error, string message) =>
        new() { ErrorCode = error, ErrorMessage = message };

    private int SessionTimeoutIn(ClusterImage image) => GroupConfigs.Milliseconds(
        image, Name, GroupConfigs.ShareSessionTimeout, _settings.SessionTimeoutMs);

    private ShareGroupHeartbeatResponse Heartbeat(ShareHeartbeatCall call, GroupDecision decision)
    {
        ShareGroupHeartbeatRequest request = call.Request;
        ConsumerMember? known = _state.Find(request.MemberId);
        if (known is null && !call.IsJoin)
            return Refuse(ErrorCode.UnknownMemberId, $"The group has no member {request.MemberId}.");
        if (request.MemberEpoch == ConsumerMember.LeavingEpoch)
        {
            Remove([request.MemberId], decision);
            return new ShareGroupHeartbeatResponse
            {
                MemberId = request.MemberId,
                MemberEpoch = ConsumerMember.LeavingEpoch,
            };
        }

        if (known is null && _state.Members.Count >= _settings.MaxSize)
        {
            return Refuse(
                ErrorCode.GroupMaxSizeReached,
                $"The group has {_settings.MaxSize} members, and may have no more.");
        }

        // An answer may be lost on its way, so a member may come with the epoch before.
        if (known is not null && !call.IsJoin
            && request.MemberEpoch != known.Epoch && request.MemberEpoch != known.PreviousEpoch)
        {
            return Refuse(
                ErrorCode.FencedMemberEpoch,
                $"The member comes with epoch {request.MemberEpoch} and is at {known.Epoch}. It must join again.");
        }

        return Keep(call, known ?? new ConsumerMember(request.MemberId), known is null, decision);
    }

    private ShareGroupHeartbeatResponse Keep(
        ShareHeartbeatCall call, ConsumerMember before, bool isNew, GroupDecision decision)
    {
        ConsumerMember after = before with
        {
            RackId = call.Request.RackId ?? before.RackId,
            ClientId = call.ClientId,
            ClientHost = call.ClientHost,
            TopicNames = call.Request.SubscribedTopicNames is { } names
                ? [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
                : before.TopicNames,
        };
        if (isNew || !before.HasSameMetadata(after))
            decision.Append(_records.Member(after));

        (int epoch, PartitionSet target) = Assign(call.Image, before, after, isNew, decision);
        ConsumerMember next = after.At(epoch) with { Assigned = target };
        if (!next.HasSameAssignment(before))
            decision.Append(_records.Current(next));
        _deadlines.Set(next.MemberId, decision.Now + SessionTimeoutIn(call.Image));
        return new ShareGroupHeartbeatResponse
        {
            MemberId = next.MemberId,
            MemberEpoch = next.Epoch,
            HeartbeatIntervalMs = GroupConfigs.Milliseconds(
                call.Image, Name, GroupConfigs.ShareHeartbeatInterval, _settings.HeartbeatIntervalMs),
            Assignment = call.IsJoin || call.Request.MemberEpoch != next.Epoch || !next.Assigned.Equals(before.Assigned)
                ? new ShareGroupHeartbeatResponse.MemberAssignment
                {
                    TopicPartitions = PartitionLists.Write(
                        next.Assigned,
                        (topic, partitions) => new ShareGroupHeartbeatResponse.TopicPartition
                        {
                            TopicId = topic,
                            Partitions = partitions,
                        }),
                }
                : null,
        };
    }

    /// <summary>Brings the assignment up to the members and topics of the moment, where they have changed.</summary>
    /// <returns>The group's epoch, and what the member is to read at it.</returns>
    private (int Epoch, PartitionSet Target) Assign(
        ClusterImage image, ConsumerMember before, ConsumerMember after, bool isNew, GroupDecision decision)
    {
        int epoch = _state.Epoch;
        bool hasChanged = isNew || !before.HasSameSubscription(after);
        if (!hasChanged && ReferenceEquals(_checkedTopics, image.Topics) && epoch == _state.AssignmentEpoch)
            return (epoch, _state.FindTarget(after.MemberId) ?? PartitionSet.Empty);

        ConsumerMember[] members =
            [.. _state.Members.Values.Where(member => member.MemberId != after.MemberId), after];
        Subscriptions subscriptions = new(image, new Dictionary<string, IReadOnlyList<string>>());
        long hash = subscriptions.Hash(members);
        if (hasChanged || hash != _state.MetadataHash || epoch == 0)
            decision.Append(_records.Group(++epoch, hash));
        else
            _checkedTopics = image.Topics;
        if (epoch == _state.AssignmentEpoch)
            return (epoch, _state.FindTarget(after.MemberId) ?? PartitionSet.Empty);

        IReadOnlyList<PartitionSet> targets = SimpleAssignor.Assign(
            [.. members.Select(member => (
                member.MemberId,
                (IReadOnlyList<Guid>)[.. subscriptions.TopicsOf(member).Select(topic => topic.TopicId)]))],
            subscriptions.CountPartitions(members));
        for (int i = 0; i < members.Length; i++)
        {
            if (!targets[i].Equals(_state.FindTarget(members[i].MemberId)))
                decision.Append(_records.Target(members[i].MemberId, targets[i]));
        }

        decision.Append(_records.TargetEpoch(epoch));
        return (epoch, targets[^1]);
    }

    private void Remove(HashSet<string> gone, GroupDecision decision)
    {
        if (gone.Count == 0)
            return;

        foreach (string memberId in gone.Order(StringComparer.Ordinal))
        {
            foreach (GroupRecord record in _records.MemberGone(memberId))
                decision.Append(record);
        }

        decision.Append(_records.Group(_state.Epoch + 1, _state.MetadataHash));
    }
}
