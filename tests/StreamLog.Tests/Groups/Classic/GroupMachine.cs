using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Groups.Classic;

/// <summary>The groups of one partition without its log: what is decided holds at once, and the records are kept, to be
/// loaded anew.</summary>
internal sealed class GroupMachine
{
    public const string Group = "g";

    private readonly List<GroupRecord> _log = [];
    private long _startedAt;
    private int _lastId;

    public GroupMachine(ClassicGroupSettings? settings = null)
    {
        if (settings is null)
            return;

        ClassicGroup group = new(Group, settings);
        group.Loaded(0, ClusterImage.Empty);
        Groups.Put(group);
    }

    public GroupTable Groups { get; private set; } =
        new(GroupCoordinator.CreateGroup, static () => ClusterImage.Empty);

    public long Now { get; private set; }

    public IReadOnlyList<GroupRecord> Log => _log;

    public ClassicGroup Classic => (ClassicGroup)Groups.Find(Group)!;

    public IEnumerable<string> MemberIds => Classic.Members.Select(member => member.Id);

    public static JoinGroupRequest JoinRequest(
        string memberId = "", string? instanceId = null, params (string Name, byte Metadata)[] protocols) => new()
        {
            GroupId = Group,
            MemberId = memberId,
            GroupInstanceId = instanceId,
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 60_000,
            ProtocolType = "consumer",
            Protocols =
            [
                .. (protocols.Length == 0 ? [("range", (byte)0)] : protocols).Select(protocol =>
                    new JoinGroupRequest.JoinGroupRequestProtocol
                    {
                        Name = protocol.Item1,
                        Metadata = [0, 0, 0, 0, 0, 1, 0, 1, (byte)('a' + protocol.Item2), 255, 255, 255, 255],
                    }),
            ],
        };

    /// <summary>Lets time pass. Deadlines are met in their order.</summary>
    public void Advance(long milliseconds)
    {
        long until = Now + milliseconds;
        while (Groups.NextDeadlineMs <= until - _startedAt)
        {
            Now = Math.Max(Now, Groups.NextDeadlineMs + _startedAt);
            GroupDecision decision = NewDecision();
            while (Groups.TryExpire(decision))
            {
                Take(decision);
                decision = NewDecision();
            }
        }

        Now = until;
    }

    /// <summary>Starts the coordinator anew, on what it has written down. Deadlines count from here.</summary>
    public void Restart()
    {
        Groups = new GroupTable(GroupCoordinator.CreateGroup, static () => ClusterImage.Empty);
        for (int i = 0; i < _log.Count; i++)
            Groups.Load(Copy(_log[i]), i);
        _startedAt = Now;
        Groups.Loaded(0, 1_700_000_000_000 + Now);
    }

    public GroupReply<TResponse> Decide<TResponse>(Action<GroupDecision, GroupReply<TResponse>> decide)
        where TResponse : class
    {
        GroupReply<TResponse> reply = new(static error => throw new StreamLogException(error, "Refused."));
        GroupDecision decision = NewDecision();
        decide(decision, reply);
        Groups.Settle(Group, decision);
        Take(decision);
        return reply;
    }

    public GroupReply<JoinGroupResponse> Join(JoinGroupRequest request)
    {
        ClassicJoin join = new(request, "client", "/127.0.0.1", new Guid(++_lastId, 0, 0, new byte[8]));
        return Decide<JoinGroupResponse>((decision, reply) => ClassicRequests.Join(
            Groups, join, ClassicGroupSettings.Default, decision, reply));
    }

    /// <summary>Joins as a new member does: it is given an id, and joins with it.</summary>
    public GroupReply<JoinGroupResponse> JoinNew(params (string Name, byte Metadata)[] protocols)
    {
        JoinGroupResponse told = Join(JoinRequest("", null, protocols)).Response!;
        return Join(JoinRequest(told.MemberId, null, protocols));
    }

    public GroupReply<SyncGroupResponse> Sync(
        JoinGroupResponse joined, params (string Member, byte Bytes)[] assignments)
    {
        SyncGroupRequest request = new()
        {
            GroupId = Group,
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
            ProtocolType = "consumer",
            ProtocolName = joined.ProtocolName,
            Assignments =
            [
                .. assignments.Select(one => new SyncGroupRequest.SyncGroupRequestAssignment
                {
                    MemberId = one.Member,
                    Assignment = [one.Bytes],
                }),
            ],
        };
        return Decide<SyncGroupResponse>((decision, reply) =>
            ClassicRequests.Sync(Groups, request, decision, reply));
    }

    public ErrorCode Heartbeat(string memberId, int generation, string? instanceId = null)
    {
        HeartbeatRequest request = new()
        {
            GroupId = Group,
            MemberId = memberId,
            GenerationId = generation,
            GroupInstanceId = instanceId,
        };
        return Decide<HeartbeatResponse>((decision, reply) =>
            ClassicRequests.Heartbeat(Groups, request, decision, reply)).Response!.ErrorCode;
    }

    public LeaveGroupResponse Leave(params (string MemberId, string? InstanceId)[] members)
    {
        LeaveGroupRequest request = new()
        {
            GroupId = Group,
            Members =
            [
                .. members.Select(member => new LeaveGroupRequest.MemberIdentity
                {
                    MemberId = member.MemberId,
                    GroupInstanceId = member.InstanceId,
                }),
            ],
        };
        return Decide<LeaveGroupResponse>((decision, reply) =>
            ClassicRequests.Leave(Groups, request, decision, reply)).Response!;
    }

    public ErrorCode Commit(string memberId, int generation, string? instanceId = null) =>
        Groups.Find(Group)?.CheckCommit(memberId, instanceId, generation, knowsEpochs: true) ?? ErrorCode.None;

    /// <summary>Makes a stable group of some members. The first of them leads.</summary>
    public JoinGroupResponse[] MakeStable(int count, params (string Name, byte Metadata)[] protocols)
    {
        GroupReply<JoinGroupResponse>[] joins = [.. Enumerable.Range(0, count).Select(_ => JoinNew(protocols))];
        if (count > 1)
            joins[0] = Join(JoinRequest(joins[0].Response!.MemberId, null, protocols));

        JoinGroupResponse[] joined = [.. joins.Select(join => join.Response!)];
        JoinGroupResponse leader = joined.Single(member => member.MemberId == member.Leader);
        Sync(leader, [.. joined.Select((member, i) => (member.MemberId, (byte)i))]);
        foreach (JoinGroupResponse member in joined.Where(member => member != leader))
            Sync(member);
        return joined;
    }

    private static GroupRecord Copy(in GroupRecord record) => GroupRecordCodec.Read(
        GroupRecordCodec.WriteKey(record),
        record.Value is not null,
        record.Value is null ? [] : GroupRecordCodec.WriteValue(record))!.Value;

    private GroupDecision NewDecision() => new(Now - _startedAt, 1_700_000_000_000 + Now, ClusterImage.Empty);

    private void Take(GroupDecision decision)
    {
        foreach (GroupRecord record in decision.Records)
        {
            _log.Add(Copy(record));
            Groups.Append(record);
            Groups.Commit(record, _log.Count - 1);
        }
    }
}
