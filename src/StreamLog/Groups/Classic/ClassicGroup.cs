using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <summary>A group of the classic protocol: its members join, one of them assigns, and all are told.</summary>
/// <remarks>
/// <para>A synchronous state machine without I/O, locks, clocks or chance. Kept in the log is what a generation came
/// to: who is a member, and what each was assigned. That members are joining is known to the coordinator alone; when it
/// starts anew, the last generation that was completed goes on, and its members find out that they must join
/// again.</para>
/// <para>Its <see cref="OffsetsPartition"/> lets one thread in at a time.</para>
/// </remarks>
/// <param name="name">Its name.</param>
/// <param name="settings">What holds for all groups.</param>
internal sealed partial class ClassicGroup(string name, ClassicGroupSettings settings) : IGroup
{
    /// <summary>Kafka's word for the protocol.</summary>
    public const string TypeName = "classic";

    // What a rebalance waits at least for static members, whatever they say.
    private const long RejoinMsMin = 1_000;

    // Who has been given an id and has not joined with it yet.
    private readonly HashSet<string> _pendingJoins = new(StringComparer.Ordinal);

    // Who has joined this generation and has not asked for its assignment yet.
    private readonly HashSet<string> _pendingSyncs = new(StringComparer.Ordinal);

    // When members are given up, pending ones too, unless they are heard of.
    private readonly DeadlineQueue<string> _sessions = new(StringComparer.Ordinal);

    private ClassicMembers _members = new();
    private long _joinDue = long.MaxValue;
    private long _syncDue = long.MaxValue;

    // Only while a group that was empty waits for more members: how long it may still be put off.
    private int? _delayLeftMs;
    private bool _hasNewcomers;

    private string? _protocolType;
    private string? _protocol;
    private string? _leader;
    private HashSet<string>? _topics;
    private long _stateTimestamp = -1;
    private bool _isLoaded;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Type => TypeName;

    /// <inheritdoc/>
    public string ProtocolType => _protocolType ?? "";

    /// <inheritdoc/>
    public string State => Phase.ToString();

    /// <inheritdoc/>
    public bool IsEmpty => Phase is ClassicGroupState.Empty or ClassicGroupState.Dead;

    /// <summary>Gets where the group stands.</summary>
    public ClassicGroupState Phase { get; private set; }

    /// <summary>Gets how often members have joined together.</summary>
    public int Generation { get; private set; }

    /// <summary>Gets the members.</summary>
    public IReadOnlyCollection<ClassicMember> Members => _members.All;

    /// <summary>Gets the assignor that the members would vote for now. There are members.</summary>
    public string VotedProtocol => _members.Vote();

    /// <summary>Gets whether the group can be written down.</summary>
    public bool FitsRecord => RecordBytes() <= settings.RecordBytesMax;

    /// <summary>Gets whether nobody has joined or is about to, and nobody ever has.</summary>
    public bool IsUnused => Generation == 0 && _members.Count == 0 && _pendingJoins.Count == 0;

    /// <inheritdoc/>
    public long NextDeadlineMs => Math.Min(_sessions.Next, Math.Min(_joinDue, _syncDue));

    private bool IsOfConsumers => _protocolType == ConsumerSubscription.ProtocolType;

    /// <inheritdoc/>
    public bool Apply(in GroupRecord record)
    {
        // What another protocol leaves behind when it gives up the group's name.
        if (record.Key is not GroupMetadataKey)
            return true;

        if (record.Value is not GroupMetadataValue value)
        {
            Phase = ClassicGroupState.Dead;
            return false;
        }

        // What it has decided itself the group knows already.
        if (!_isLoaded)
            Load(value);
        return true;
    }

    /// <inheritdoc/>
    public void Loaded(long now, ClusterImage image)
    {
        _isLoaded = true;
        foreach (ClassicMember member in _members.All)
            _sessions.Set(member.Id, now + member.SessionTimeoutMs);
        if (_members.Count == 0 || _leader is not null)
            return;

        // It was of the consumer protocol until then, and needs somebody who leads it.
        Phase = ClassicGroupState.PreparingRebalance;
        _joinDue = now + _members.RebalanceTimeoutMs;
    }

    /// <inheritdoc/>
    public void Expire(GroupDecision decision)
    {
        while (_sessions.TryTakeDue(decision.Now, out string? id))
            ExpireSession(id, decision);
        if (_joinDue <= decision.Now)
            ExpireJoin(decision);
        if (_syncDue <= decision.Now)
            ExpireSync(decision);
    }

    /// <inheritdoc/>
    public ErrorCode CheckCommit(string memberId, string? instanceId, int epoch, bool knowsEpochs)
    {
        if (Phase == ClassicGroupState.Dead)
            return ErrorCode.CoordinatorNotAvailable;
        if (epoch < 0 && Phase == ClassicGroupState.Empty)
            return ErrorCode.None;
        if (epoch < 0 && memberId.Length == 0 && instanceId is null)
            return ErrorCode.UnknownMemberId;

        ErrorCode error = Check(memberId, instanceId, epoch);
        if (error != ErrorCode.None)
            return error;

        // The member has joined, and is not assigned anything yet that it could commit.
        return Phase == ClassicGroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    /// <inheritdoc/>
    public void Commits(string memberId, long now)
    {
        if (_members.TryFind(memberId, out ClassicMember? member))
            _sessions.Set(member.Id, now + member.SessionTimeoutMs);
    }

    /// <inheritdoc/>
    public ErrorCode CheckFetch(string? memberId, int epoch) => ErrorCode.None;

    /// <inheritdoc/>
    public ErrorCode CheckOffsetDelete() =>
        IsEmpty || IsOfConsumers ? ErrorCode.None : ErrorCode.NonEmptyGroup;

    /// <inheritdoc/>
    public bool IsSubscribedTo(string topic) => _topics?.Contains(topic) ?? IsOfConsumers;

    /// <inheritdoc/>
    public long? UnusedSince(long commitTimestamp)
    {
        if (_protocolType is null)
            return commitTimestamp;
        if (Phase == ClassicGroupState.Empty)
            return _stateTimestamp >= 0 ? _stateTimestamp : commitTimestamp;

        return Phase == ClassicGroupState.Stable && IsOfConsumers && _topics is not null ? commitTimestamp : null;
    }

    /// <inheritdoc/>
    public void Delete(GroupDecision decision) =>
        decision.Append(GroupRecord.Of(new GroupMetadataKey { Group = name }, value: null));

    /// <summary>Tells those who wait for others to join again: the group changes its protocol.</summary>
    /// <param name="decision">Takes the answers.</param>
    public void GiveWay(GroupDecision decision)
    {
        foreach (ClassicMember member in _members.All)
        {
            _members.EndJoin(member, decision, RefuseJoin(ErrorCode.RebalanceInProgress, member.Id));
            EndSync(member, decision, ErrorCode.RebalanceInProgress);
        }
    }

    /// <summary>Describes the group and its members.</summary>
    /// <returns>The description.</returns>
    public DescribeGroupsResponse.DescribedGroup Describe()
    {
        // Before there is an assignment, what the members say of themselves has no meaning yet.
        bool isStable = Phase == ClassicGroupState.Stable;
        return new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = name,
            GroupState = State,
            ProtocolType = ProtocolType,
            ProtocolData = isStable ? _protocol ?? "" : "",
            Members =
            [
                .. _members.All.Select(member => new DescribeGroupsResponse.DescribedGroupMember
                {
                    MemberId = member.Id,
                    GroupInstanceId = member.InstanceId,
                    ClientId = member.ClientId,
                    ClientHost = member.ClientHost,
                    MemberMetadata = isStable ? member.MetadataOf(_protocol) : [],
                    MemberAssignment = isStable ? member.Assignment : [],
                }),
            ],
        };
    }

    /// <summary>Writes down what the generation came to.</summary>
    private GroupRecord ToRecord() => GroupRecord.Of(
        new GroupMetadataKey { Group = name },
        new GroupMetadataValue
        {
            ProtocolType = ProtocolType,
            Generation = Generation,
            Protocol = _protocol,
            Leader = _leader,
            CurrentStateTimestamp = _stateTimestamp,
            Members =
            [
                .. _members.All.Select(member => new GroupMetadataValue.MemberMetadata
                {
                    MemberId = member.Id,
                    GroupInstanceId = member.InstanceId,
                    ClientId = member.ClientId,
                    ClientHost = member.ClientHost,
                    RebalanceTimeout = member.RebalanceTimeoutMs,
                    SessionTimeout = member.SessionTimeoutMs,
                    Subscription = member.MetadataOf(_protocol),
                    Assignment = member.Assignment,
                }),
            ],
        });

    private void Load(GroupMetadataValue value)
    {
        _members = new ClassicMembers();
        foreach (GroupMetadataValue.MemberMetadata member in value.Members)
        {
            _members.Add(new ClassicMember(member.MemberId, member.GroupInstanceId, member.ClientId, member.ClientHost)
            {
                SessionTimeoutMs = member.SessionTimeout,
                RebalanceTimeoutMs = member.RebalanceTimeout < 0 ? member.SessionTimeout : member.RebalanceTimeout,
                Protocols = [new() { Name = value.Protocol ?? "", Metadata = member.Subscription }],
                Assignment = member.Assignment,
            });
        }

        Generation = value.Generation;
        _protocolType = value.ProtocolType.Length == 0 ? null : value.ProtocolType;
        _protocol = value.Protocol;
        _leader = value.Leader;
        _stateTimestamp = value.CurrentStateTimestamp;
        Phase = _members.Count == 0 ? ClassicGroupState.Empty : ClassicGroupState.Stable;
        _topics = FindTopics();
    }

    /// <summary>Decides whether a request comes from a member of this generation.</summary>
    private ErrorCode Check(string memberId, string? instanceId, int generation)
    {
        ErrorCode error = _members.Check(memberId, instanceId);
        return error != ErrorCode.None || generation == Generation ? error : ErrorCode.IllegalGeneration;
    }

    private void MoveTo(ClassicGroupState phase, GroupDecision decision)
    {
        Phase = phase;
        _stateTimestamp = decision.Timestamp;
    }

    /// <summary>Finds what consumers have subscribed to; <see langword="null"/> where that cannot be known.</summary>
    private HashSet<string>? FindTopics()
    {
        if (!IsOfConsumers)
            return null;

        HashSet<string> topics = new(StringComparer.Ordinal);
        return _members.All.All(member => ConsumerSubscription.TryReadTopics(member.MetadataOf(_protocol), topics))
            ? topics
            : null;
    }
}
