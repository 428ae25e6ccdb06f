using StreamLog.Groups.Assignors;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>A group of the consumer protocol (KIP-848): the members send heartbeats, and the group does the
/// rest.</summary>
/// <remarks>
/// <para>A heartbeat says what has changed with its member. Where subscriptions, or the topics subscribed to, have
/// changed, the group comes to another epoch and gets another target assignment. Every heartbeat takes its own member a
/// step towards that (<see cref="Reconciliation"/>).</para>
/// <para>A state machine without I/O, locks, clocks or chance: it decides on records, and what they say holds once they
/// are applied. What is not in the records is when members were heard of last. Owned by its
/// <see cref="OffsetsPartition"/>, which lets one thread in at a time.</para>
/// </remarks>
internal sealed class ConsumerGroup : IGroup
{
    private readonly ConsumerGroupSettings _settings;
    private readonly ConsumerGroupState _state = new();
    private readonly ConsumerRecords _records;
    private readonly DeadlineQueue<(string MemberId, bool IsRebalance)> _deadlines =
        new(EqualityComparer<(string MemberId, bool IsRebalance)>.Default);

    private readonly Dictionary<string, TopicPattern> _patterns = new(StringComparer.Ordinal);

    // The topics for which the hash in the state was found to be right.
    private object? _checkedTopics;

    /// <summary>Creates a group without members.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">The settings.</param>
    public ConsumerGroup(string name, ConsumerGroupSettings settings)
    {
        Name = name;
        _settings = settings;
        _records = new ConsumerRecords(name);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Type => "consumer";

    /// <inheritdoc/>
    public string ProtocolType => "consumer";

    /// <inheritdoc/>
    public string State => _state.Members.Count == 0 ? "Empty"
        : _state.Epoch > _state.AssignmentEpoch ? "Assigning"
        : _state.Members.Values.All(member => member.IsReconciledTo(_state.AssignmentEpoch)) ? "Stable"
        : "Reconciling";

    /// <inheritdoc/>
    public bool IsEmpty => _state.Members.Count == 0;

    /// <inheritdoc/>
    public long NextDeadlineMs => _deadlines.Next;

    /// <summary>Gets what the records say.</summary>
    public ConsumerGroupState Records => _state;

    /// <summary>Gets the name of the assignor that most members prefer.</summary>
    public string AssignorName => PreferredAssignor(_state.Members.Values).Name;

    /// <inheritdoc/>
    public bool Apply(in GroupRecord record)
    {
        bool isThere = _state.Apply(record);
        if (record is { Key: ConsumerGroupMemberMetadataKey key, Value: null })
        {
            _deadlines.Remove((key.MemberId, IsRebalance: false));
            _deadlines.Remove((key.MemberId, IsRebalance: true));
        }

        return isThere;
    }

    /// <inheritdoc/>
    public void Loaded(long now)
    {
        foreach (ConsumerMember member in _state.Members.Values)
        {
            _deadlines.Set((member.MemberId, IsRebalance: false), now + _settings.SessionTimeoutMs);
            if (member.State == MemberState.UnrevokedPartitions)
                _deadlines.Set((member.MemberId, IsRebalance: true), now + member.RebalanceTimeoutMs);
        }
    }

    /// <summary>Decides on a heartbeat.</summary>
    /// <param name="call">The heartbeat.</param>
    /// <param name="decision">Takes the records.</param>
    /// <returns>The response.</returns>
    public ConsumerGroupHeartbeatResponse Heartbeat(HeartbeatCall call, GroupDecision decision)
    {
        if (call.Request.MemberEpoch < 0)
            return Leave(call.Request, decision);

        GroupRefusal? refusal = Identify(call, out ConsumerMember? member, out ConsumerMember? replaced);
        if (refusal is not null)
            return Refuse(refusal);

        ConsumerMember before = member ?? new ConsumerMember(call.MemberId);
        ConsumerMember after = Update(before, call);
        if (!before.HasSameSubscription(after) && CheckPattern(after.TopicPattern) is { } invalid)
            return Refuse(invalid);

        if (replaced is not null)
            Replace(replaced, before, decision);
        if (member is null || !before.HasSameMetadata(after))
            decision.Append(_records.Member(after));

        ConsumerMember[] members = Members(after, replaced);
        Subscriptions? subscriptions = null;
        int epoch = _state.Epoch;
        if (epoch == 0 || !before.HasSameSubscription(after) || !ReferenceEquals(_checkedTopics, call.Image.Topics))
        {
            subscriptions = Resolve(call.Image, members);
            epoch = Refresh(subscriptions, members, !before.HasSameSubscription(after), decision);
        }

        PartitionSet target = epoch == _state.AssignmentEpoch
            ? TargetOf(after, after, replaced) ?? PartitionSet.Empty
            : Assign(epoch, subscriptions ?? Resolve(call.Image, members), members, replaced, decision);
        ConsumerMember next = Reconciliation.Step(
            after,
            epoch,
            target,
            PartitionLists.Read(call.Request.OwnedPartitions),
            partition => IsFree(partition, after, replaced));
        if (!next.HasSameAssignment(after))
        {
            decision.Append(_records.Current(next));
            _deadlines.Set(
                (next.MemberId, IsRebalance: true),
                next.State == MemberState.UnrevokedPartitions
                    ? decision.Now + next.RebalanceTimeoutMs
                    : long.MaxValue);
        }

        _deadlines.Set((next.MemberId, IsRebalance: false), decision.Now + _settings.SessionTimeoutMs);
        return Answer(next, call.IsFull || !next.Assigned.Equals(before.Assigned));
    }

    /// <inheritdoc/>
    public void Expire(GroupDecision decision)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        while (_deadlines.TryTakeDue(decision.Now, out (string MemberId, bool IsRebalance) due))
        {
            // What was decided last for a member may not have come to be written down.
            if (_state.Find(due.MemberId) is not { } member
                || (due.IsRebalance && member.State != MemberState.UnrevokedPartitions))
            {
                continue;
            }

            // Neither may this, and then it is tried again.
            _deadlines.Set(due, decision.Now + _settings.SessionTimeoutMs);
            gone.Add(due.MemberId);
        }

        Remove(gone, decision);
    }

    /// <inheritdoc/>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int epoch) =>
        epoch < 0 && IsEmpty ? ErrorCode.None : CheckMember(memberId, epoch);

    /// <inheritdoc/>
    public ErrorCode CheckFetch(string? memberId, int epoch) =>
        memberId is null && epoch < 0 ? ErrorCode.None : CheckMember(memberId ?? "", epoch);

    /// <inheritdoc/>
    public ErrorCode CheckOffsetDelete() => ErrorCode.None;

    /// <inheritdoc/>
    public bool IsSubscribedTo(string topic) => _state.Members.Values.Any(member =>
        member.TopicNames.Contains(topic, StringComparer.Ordinal)
        || (_state.Patterns.GetValueOrDefault(member.TopicPattern)?.Contains(topic, StringComparer.Ordinal) ?? false));

    /// <inheritdoc/>
    public long? UnusedSince(long commitTimestamp) => commitTimestamp;

    /// <inheritdoc/>
    public void Delete(GroupDecision decision)
    {
        foreach (string pattern in _state.Patterns.Keys)
            decision.Append(_records.Pattern(pattern, topics: null, version: 0, decision.Timestamp));
        decision.Append(_records.TargetEpochGone());
        decision.Append(_records.GroupGone());
    }

    private static ConsumerGroupHeartbeatResponse Refuse(GroupRefusal refusal) =>
        new() { ErrorCode = refusal.Error, ErrorMessage = refusal.Message };

    private static GroupRefusal UnknownMember(string who) =>
        new(ErrorCode.UnknownMemberId, $"The group has no member {who}.");

    private static ConsumerMember Update(ConsumerMember member, HeartbeatCall call)
    {
        ConsumerGroupHeartbeatRequest request = call.Request;
        return member with
        {
            InstanceId = request.InstanceId ?? member.InstanceId,
            RackId = request.RackId ?? member.RackId,
            RebalanceTimeoutMs =
                request.RebalanceTimeoutMs == -1 ? member.RebalanceTimeoutMs : request.RebalanceTimeoutMs,
            ClientId = call.ClientId,
            ClientHost = call.ClientHost,
            Assignor = request.ServerAssignor ?? member.Assignor,
            TopicPattern = request.SubscribedTopicRegex ?? member.TopicPattern,
            TopicNames = request.SubscribedTopicNames is { } names
                ? [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
                : member.TopicNames,
        };
    }

    private ConsumerGroupHeartbeatResponse Answer(ConsumerMember member, bool hasAssignment) => new()
    {
        MemberId = member.MemberId,
        MemberEpoch = member.Epoch,
        HeartbeatIntervalMs = _settings.HeartbeatIntervalMs,
        Assignment = !hasAssignment ? null : new ConsumerGroupHeartbeatResponse.MemberAssignment
        {
            Partitions = PartitionLists.Write(
                member.Assigned,
                (topic, partitions) => new ConsumerGroupHeartbeatResponse.TopicPartitions
                {
                    TopicId = topic,
                    Partitions = partitions,
                }),
        },
    };

    private ErrorCode CheckMember(string memberId, int epoch)
    {
        if (_state.Find(memberId) is not { } member)
            return ErrorCode.UnknownMemberId;

        return member.Epoch == epoch ? ErrorCode.None : ErrorCode.StaleMemberEpoch;
    }

    private GroupRefusal? CheckSize(HeartbeatCall call) =>
        _state.Members.Count >= _settings.MaxSize && _state.Find(call.MemberId) is null
            ? new GroupRefusal(
                ErrorCode.GroupMaxSizeReached, $"The group has {_settings.MaxSize} members, and may have no more.")
            : null;

    private GroupRefusal? CheckPattern(string pattern)
    {
        if (pattern.Length == 0 || _patterns.ContainsKey(pattern))
            return null;
        if (!TopicPattern.TryParse(pattern, out TopicPattern? parsed, out string? problem))
        {
            return new GroupRefusal(
                ErrorCode.InvalidRegularExpression, $"{pattern} is not a regular expression. {problem}");
        }

        _patterns[pattern] = parsed;
        return null;
    }

    /// <summary>Finds the member that a heartbeat is of.</summary>
    /// <param name="call">The heartbeat.</param>
    /// <param name="member">The member, or <see langword="null"/> for a new one.</param>
    /// <param name="replaced">The static member whose place it takes, or <see langword="null"/>.</param>
    private GroupRefusal? Identify(HeartbeatCall call, out ConsumerMember? member, out ConsumerMember? replaced)
    {
        ConsumerGroupHeartbeatRequest request = call.Request;
        PartitionSet? owned = PartitionLists.Read(request.OwnedPartitions);
        replaced = null;
        member = null;
        if (CheckSize(call) is { } full)
            return full;
        if (request.InstanceId is not { } instanceId)
        {
            member = _state.Find(call.MemberId);
            if (member is null)
                return call.IsJoin ? null : UnknownMember(call.MemberId);

            return HeartbeatRules.CheckEpoch(member, request.MemberEpoch, owned);
        }

        member = _state.FindStatic(instanceId);
        if (!call.IsJoin)
        {
            return member is null ? UnknownMember($"with the instance id {instanceId}")
                : CheckInstance(member, request) ?? HeartbeatRules.CheckEpoch(member, request.MemberEpoch, owned);
        }

        // Who joins under a dynamic member's id is that member: it becomes a static one.
        if (member is null)
        {
            member = _state.Find(call.MemberId);
            return member is null ? null : HeartbeatRules.CheckEpoch(member, request.MemberEpoch, owned);
        }

        if (member.Epoch != ConsumerMember.AwayEpoch)
        {
            return new GroupRefusal(
                ErrorCode.UnreleasedInstanceId, $"The instance id {instanceId} belongs to {member.MemberId}.");
        }

        // What it had is its own still, and it has nothing to give back: it had stopped.
        replaced = member;
        member = new ConsumerMember(call.MemberId)
        {
            InstanceId = member.InstanceId,
            RackId = member.RackId,
            RebalanceTimeoutMs = member.RebalanceTimeoutMs,
            ClientId = member.ClientId,
            ClientHost = member.ClientHost,
            TopicNames = member.TopicNames,
            TopicPattern = member.TopicPattern,
            Assignor = member.Assignor,
            Assigned = member.Assigned,
        };
        return null;
    }

    private static GroupRefusal? CheckInstance(ConsumerMember member, ConsumerGroupHeartbeatRequest request) =>
        member.MemberId == request.MemberId
            ? null
            : new GroupRefusal(
                ErrorCode.FencedInstanceId,
                $"The instance id {member.InstanceId} belongs to {member.MemberId} and not to {request.MemberId}.");

    private bool IsFree(TopicIdPartition partition, ConsumerMember member, ConsumerMember? replaced)
    {
        string? owner = _state.FindOwner(partition);
        return owner is null || owner == member.MemberId || owner == replaced?.MemberId;
    }

    /// <summary>Puts a static member that is back in the place of the one that was away.</summary>
    private void Replace(ConsumerMember replaced, ConsumerMember member, GroupDecision decision)
    {
        foreach (GroupRecord record in _records.MemberGone(replaced.MemberId))
            decision.Append(record);
        decision.Append(_records.Member(member));
        if (_state.FindTarget(replaced.MemberId) is { } target)
            decision.Append(_records.Target(member.MemberId, target));
        decision.Append(_records.Current(member));
    }

    private ConsumerMember[] Members(ConsumerMember updated, ConsumerMember? replaced) =>
    [
        .. _state.Members.Values.Where(member =>
            member.MemberId != updated.MemberId && member.MemberId != replaced?.MemberId),
        updated,
    ];

    /// <summary>Finds out whether the group needs another epoch, and notes it.</summary>
    /// <returns>The group's epoch.</returns>
    private int Refresh(
        Subscriptions subscriptions, ConsumerMember[] members, bool hasChanged, GroupDecision decision)
    {
        NotePatterns(subscriptions, decision);
        long hash = subscriptions.Hash(members);
        if (!hasChanged && _state.Epoch > 0 && hash == _state.MetadataHash)
        {
            _checkedTopics = subscriptions.Image.Topics;
            return _state.Epoch;
        }

        decision.Append(_records.Group(_state.Epoch + 1, hash));
        return _state.Epoch + 1;
    }

    /// <summary>Finds the topics that the members' regular expressions stand for.</summary>
    private Subscriptions Resolve(ClusterImage image, ConsumerMember[] members)
    {
        Dictionary<string, IReadOnlyList<string>> resolved = new(StringComparer.Ordinal);
        foreach (string text in members.Select(member => member.TopicPattern).Distinct(StringComparer.Ordinal))
        {
            // One that is in the log and is not understood stands for no topics.
            if (text.Length > 0)
            {
                resolved[text] = CheckPattern(text) is null
                    ? [.. image.Topics.Keys.Where(_patterns[text].IsMatch).Order(StringComparer.Ordinal)]
                    : [];
            }
        }

        return new Subscriptions(image, resolved);
    }

    private void NotePatterns(Subscriptions subscriptions, GroupDecision decision)
    {
        foreach ((string pattern, IReadOnlyList<string> topics) in
            subscriptions.Patterns.OrderBy(pattern => pattern.Key, StringComparer.Ordinal))
        {
            if (!_state.Patterns.TryGetValue(pattern, out IReadOnlyList<string>? known) || !known.SequenceEqual(topics))
            {
                decision.Append(
                    _records.Pattern(pattern, topics, subscriptions.Image.EndOffset, decision.Timestamp));
            }
        }

        ForgetPatterns(subscriptions.Patterns.Keys, decision);
    }

    private void ForgetPatterns(IEnumerable<string> inUse, GroupDecision decision)
    {
        foreach (string pattern in _state.Patterns.Keys.Except(inUse, StringComparer.Ordinal))
        {
            _patterns.Remove(pattern);
            decision.Append(_records.Pattern(pattern, topics: null, version: 0, decision.Timestamp));
        }
    }

    /// <summary>Makes the target assignment of an epoch, and notes what is new in it.</summary>
    /// <returns>What the last of the members, which sent the heartbeat, is to have.</returns>
    private PartitionSet Assign(
        int epoch,
        Subscriptions subscriptions,
        ConsumerMember[] members,
        ConsumerMember? replaced,
        GroupDecision decision)
    {
        ConsumerMember updated = members[^1];
        Subscriber[] subscribers = [.. members.Select(member => new Subscriber(
            member.MemberId,
            member.InstanceId,
            [.. subscriptions.TopicsOf(member).Select(topic => topic.TopicId)],
            TargetOf(member, updated, replaced) ?? PartitionSet.Empty))];
        IReadOnlyList<PartitionSet> targets =
            PreferredAssignor(members).Assign(subscribers, subscriptions.CountPartitions(members));
        for (int i = 0; i < members.Length; i++)
        {
            if (!targets[i].Equals(TargetOf(members[i], updated, replaced)))
                decision.Append(_records.Target(members[i].MemberId, targets[i]));
        }

        decision.Append(_records.TargetEpoch(epoch));
        return targets[^1];
    }

    private PartitionSet? TargetOf(ConsumerMember member, ConsumerMember updated, ConsumerMember? replaced) =>
        _state.FindTarget(ReferenceEquals(member, updated) && replaced is not null ? replaced.MemberId : member.MemberId);

    // Most votes win; among as many, the assignor that was set first.
    private IAssignor PreferredAssignor(IEnumerable<ConsumerMember> members)
    {
        Dictionary<string, int> votes = members
            .Select(member => member.Assignor).OfType<string>().CountBy(name => name).ToDictionary();
        return _settings.Assignors.MaxBy(assignor => votes.GetValueOrDefault(assignor.Name))!;
    }

    private ConsumerGroupHeartbeatResponse Leave(ConsumerGroupHeartbeatRequest request, GroupDecision decision)
    {
        ConsumerMember? member =
            request.InstanceId is null ? _state.Find(request.MemberId) : _state.FindStatic(request.InstanceId);
        if (member is null)
            return Refuse(UnknownMember(request.InstanceId ?? request.MemberId));
        if (request.InstanceId is not null && CheckInstance(member, request) is { } refusal)
            return Refuse(refusal);

        if (request.MemberEpoch == ConsumerMember.AwayEpoch)
        {
            // What it may use stays its own until its session is over, and it has stopped using the rest.
            decision.Append(_records.Current(member with
            {
                Epoch = ConsumerMember.AwayEpoch,
                State = MemberState.Stable,
                PendingRevocation = PartitionSet.Empty,
            }));
        }
        else
        {
            Remove([member.MemberId], decision);
        }

        return new ConsumerGroupHeartbeatResponse { MemberId = member.MemberId, MemberEpoch = request.MemberEpoch };
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

        ForgetPatterns(
            _state.Members.Values.Where(member => !gone.Contains(member.MemberId)).Select(member => member.TopicPattern),
            decision);

        // The hash of fewer topics would differ. It is found anew when topics change, and leads to one more epoch then
        // at worst.
        decision.Append(_records.Group(_state.Epoch + 1, _state.MetadataHash));
    }
}
