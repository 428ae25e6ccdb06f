using StreamLog.Coordinators;
using StreamLog.Groups.Assignors;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>A group of the consumer protocol (KIP-848): the members send heartbeats, and the group does the
/// rest.</summary>
/// <remarks>
/// <para>A heartbeat says what has changed with its member. Where subscriptions, or the topics subscribed to, have
/// changed, the group comes to another epoch and gets another target assignment. Every heartbeat takes its own member a
/// step towards that (<see cref="Reconciliation"/>). A member of the classic protocol takes its steps by joining
/// again.</para>
/// <para>A state machine without I/O, locks, clocks or chance: it decides on records, and what they say holds once they
/// are applied. What is not in the records is when members were heard of last. Owned by its
/// <see cref="OffsetsPartition"/>, which lets one thread in at a time.</para>
/// </remarks>
internal sealed partial class ConsumerGroup : IGroup
{
    // How many members are given up in one step, so that its records fit into a batch however long their ids are. Who
    // is left is due still, and the next step follows at once.
    private const int ExpiredMax = 64;

    private readonly ConsumerGroupSettings _settings;
    private readonly ConsumerGroupState _state = new();
    private readonly ConsumerRecords _records;
    private readonly DeadlineQueue<(string MemberId, MemberDeadline Kind)> _deadlines =
        new(EqualityComparer<(string MemberId, MemberDeadline Kind)>.Default);

    private readonly NewsWaiters _waiters = new();
    private readonly TargetAssignment _target;

    /// <summary>Creates a group without members.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="settings">The settings.</param>
    public ConsumerGroup(string name, ConsumerGroupSettings settings)
    {
        Name = name;
        _settings = settings;
        _records = new ConsumerRecords(name);
        _target = new TargetAssignment(_state, _records, settings);
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
    public long NextDeadlineMs => Math.Min(_deadlines.Next, _waiters.DueMs);

    /// <summary>Gets what the records say.</summary>
    public ConsumerGroupState Records => _state;

    /// <summary>Gets the name of the assignor that most members prefer.</summary>
    public string AssignorName => _target.PreferredAssignor(_state.Members.Values).Name;

    /// <inheritdoc/>
    public bool Apply(in GroupRecord record) => _state.Apply(record);

    /// <inheritdoc/>
    public void Loaded(long now, ClusterImage image)
    {
        foreach (ConsumerMember member in _state.Members.Values)
        {
            // Otherwise whoever starts again after a crash would wait for the session of the member that it was before.
            int patience = _settings.IsGone(member.ClientHost) ? 0 : SessionTimeoutOf(member, image);
            _deadlines.Set((member.MemberId, MemberDeadline.Session), now + patience);
            if (member.State == MemberState.UnrevokedPartitions)
                _deadlines.Set((member.MemberId, MemberDeadline.Rebalance), now + member.RebalanceTimeoutMs);
        }
    }

    /// <summary>Decides on a heartbeat.</summary>
    /// <param name="call">The heartbeat.</param>
    /// <param name="decision">Takes the records.</param>
    /// <returns>The response.</returns>
    public ConsumerGroupHeartbeatResponse Heartbeat(HeartbeatCall call, GroupDecision decision)
    {
        ConsumerGroupHeartbeatResponse response = Decide(call, decision);
        if (decision.Records.Count > 0)
            _waiters.Note(decision.Now);
        return response;
    }

    /// <summary>Has a member wait until something changes with the group. This is no heartbeat.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="decision">Takes answers.</param>
    /// <param name="reply">What it waits with.</param>
    public void WaitForNews(
        string memberId, GroupDecision decision, GroupReply<ConsumerGroupHeartbeatResponse> reply)
    {
        if (_state.Find(memberId) is null)
            decision.Answer(reply, Refuse(MemberLookup.UnknownMember(memberId)));
        else
            _waiters.Add(memberId, reply, decision);
    }

    private ConsumerGroupHeartbeatResponse Decide(HeartbeatCall call, GroupDecision decision)
    {
        if (call.Request.MemberEpoch < 0)
            return Leave(call.Request, decision);

        MemberLookup found = MemberLookup.Of(_state, call, _settings.MaxSize);
        if (found.Refusal is not null)
            return Refuse(found.Refusal);

        ConsumerMember before = found.Member ?? new ConsumerMember(call.MemberId);
        ConsumerMember after = Update(before, call);
        if (!before.HasSameSubscription(after) && _target.CheckPattern(after.TopicPattern) is { } invalid)
            return Refuse(invalid);

        ConsumerMember next = Advance(
            before,
            after,
            found.Member is null,
            found.Replaced,
            PartitionLists.Read(call.Request.OwnedPartitions),
            call.MaySee,
            decision);
        _deadlines.Set((next.MemberId, MemberDeadline.Session), decision.Now + SessionTimeoutIn(decision.Image));
        _deadlines.Remove((next.MemberId, MemberDeadline.Join));
        _deadlines.Remove((next.MemberId, MemberDeadline.Sync));
        return Answer(next, call.IsFull || !next.Assigned.Equals(before.Assigned), decision.Image);
    }

    /// <summary>Takes a member a step on, after what it has told of itself.</summary>
    /// <returns>The member after the step.</returns>
    private ConsumerMember Advance(
        ConsumerMember before,
        ConsumerMember after,
        bool isNew,
        ConsumerMember? replaced,
        PartitionSet? owned,
        Func<string, bool>? maySee,
        GroupDecision decision)
    {
        if (replaced is not null)
            Replace(replaced, before, decision);
        if (isNew || !before.HasSameMetadata(after))
            decision.Append(_records.Member(after));

        (int epoch, PartitionSet target) = _target.Update(before, after, replaced, maySee, decision);
        ConsumerMember next = Reconciliation.Step(
            after, epoch, target, owned, partition => IsFree(partition, after, replaced));
        if (!next.HasSameAssignment(after))
        {
            decision.Append(_records.Current(next));
            _deadlines.Set(
                (next.MemberId, MemberDeadline.Rebalance),
                next.State == MemberState.UnrevokedPartitions
                    ? decision.Now + next.RebalanceTimeoutMs
                    : long.MaxValue);
        }

        return next;
    }

    /// <inheritdoc/>
    public void Expire(GroupDecision decision)
    {
        HashSet<string> gone = new(StringComparer.Ordinal);
        while (gone.Count < ExpiredMax
            && _deadlines.TryTakeDue(decision.Now, out (string MemberId, MemberDeadline Kind) due))
        {
            // It may be gone; and what was decided last for it may not have come to be written down.
            if (_state.Find(due.MemberId) is not { } member || !Holds(due.Kind, member))
                continue;

            // Neither may this, and then it is tried again.
            _deadlines.Set(due, decision.Now + SessionTimeoutIn(decision.Image));
            gone.Add(due.MemberId);
        }

        Remove(gone, decision);
        if (gone.Count > 0)
            _waiters.Note(decision.Now);
        _waiters.TellIfDue(decision);
    }

    private static bool Holds(MemberDeadline deadline, ConsumerMember member) => deadline switch
    {
        MemberDeadline.Rebalance => member.State == MemberState.UnrevokedPartitions,
        MemberDeadline.Join or MemberDeadline.Sync => member.Classic is not null,
        _ => true,
    };

    /// <inheritdoc/>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int epoch, bool knowsEpochs)
    {
        if (epoch < 0 && IsEmpty)
            return ErrorCode.None;

        // It would take the epoch for a generation, and not find its way back.
        return !knowsEpochs && _state.Find(memberId) is { Classic: null }
            ? ErrorCode.UnsupportedVersion
            : CheckMember(memberId, epoch);
    }

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
            Classic = null,
            TopicNames = request.SubscribedTopicNames is { } names ? ConsumerMember.InOrder(names) : member.TopicNames,
        };
    }

    private ConsumerGroupHeartbeatResponse Answer(
        ConsumerMember member, bool hasAssignment, ClusterImage image) => new()
        {
            MemberId = member.MemberId,
            MemberEpoch = member.Epoch,
            HeartbeatIntervalMs = GroupConfigs.Milliseconds(
                image, Name, GroupConfigs.ConsumerHeartbeatInterval, _settings.HeartbeatIntervalMs),
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

        return member.Epoch == epoch ? ErrorCode.None
            : member.Classic is null ? ErrorCode.StaleMemberEpoch
            : ErrorCode.IllegalGeneration;
    }

    private int SessionTimeoutOf(ConsumerMember member, ClusterImage image) =>
        member.Classic?.SessionTimeoutMs ?? SessionTimeoutIn(image);

    private int SessionTimeoutIn(ClusterImage image) => GroupConfigs.Milliseconds(
        image, Name, GroupConfigs.ConsumerSessionTimeout, _settings.SessionTimeoutMs);

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

    private ConsumerGroupHeartbeatResponse Leave(ConsumerGroupHeartbeatRequest request, GroupDecision decision)
    {
        ConsumerMember? member =
            request.InstanceId is null ? _state.Find(request.MemberId) : _state.FindStatic(request.InstanceId);
        if (member is null)
            return Refuse(MemberLookup.UnknownMember(request.InstanceId ?? request.MemberId));
        if (request.InstanceId is not null && MemberLookup.CheckInstance(member, request) is { } refusal)
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
        int classicLeft = _state.Classic.Count - gone.Count(memberId => _state.Find(memberId)?.Classic is not null);
        if (classicLeft == _state.Members.Count - gone.Count && Downgrade([.. Left()], decision) is not null)
            return;

        foreach (string memberId in gone.Order(StringComparer.Ordinal))
        {
            foreach (GroupRecord record in _records.MemberGone(memberId))
                decision.Append(record);
        }

        _target.ForgetPatterns(Left().Select(member => member.TopicPattern), decision);

        // The hash of fewer topics would differ. It is found anew when topics change, and leads to one more epoch then
        // at worst.
        decision.Append(_records.Group(_state.Epoch + 1, _state.MetadataHash));

        IEnumerable<ConsumerMember> Left() =>
            _state.Members.Values.Where(member => !gone.Contains(member.MemberId));
    }
}
