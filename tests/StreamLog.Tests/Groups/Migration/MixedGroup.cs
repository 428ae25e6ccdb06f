using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Groups.Consumer;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>A group that takes requests of both protocols, with topics, a clock, and the log that its records go to in
/// their own encoding.</summary>
internal sealed class MixedGroup
{
    public const string Group = ConsumerGroupDriver.Group;

    private readonly GroupSettings _settings;
    private readonly List<(byte[] Key, byte[]? Value)> _log = [];
    private long _startedAt;
    private int _lastId;

    public MixedGroup(GroupOptions? options = null)
    {
        _settings = GroupSettings.Of(options ?? new GroupOptions());
        Groups = NewTable();
    }

    public GroupTable Groups { get; private set; }

    public ClusterImage Image { get; private set; } = ClusterImage.Empty;

    public long Now { get; private set; }

    /// <summary>The records of the last decision, each as its key's type and whether it forgets.</summary>
    public IReadOnlyList<string> LastRecords { get; private set; } = [];

    public IGroup? State => Groups.Find(Group);

    public ConsumerGroup Consumer => (ConsumerGroup)State!;

    public ClassicGroup Classic => (ClassicGroup)State!;

    public static byte[] Subscription(string topics, string owned = "", string? rack = null) =>
        ConsumerProtocolFrames.Write(new ConsumerProtocolSubscription
        {
            Topics = [.. topics.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
            OwnedPartitions =
            [
                .. Parse(owned).GroupBy(partition => partition.Topic).Select(topic =>
                    new ConsumerProtocolSubscription.TopicPartitions
                    {
                        Topic = topic.Key,
                        Partitions = [.. topic.Select(partition => partition.Partition)],
                    }),
            ],
            RackId = rack,
        });

    public static IEnumerable<TopicPartition> Parse(string partitions) => partitions
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => new TopicPartition(text.Split('-')[0], int.Parse(text.Split('-')[1])));

    public static string Text(IEnumerable<TopicPartition> partitions) =>
        string.Join(' ', partitions.Select(partition => partition.ToString()).Order(StringComparer.Ordinal));

    public static JoinGroupRequest JoinRequest(
        string memberId,
        string topics,
        string owned = "",
        string? instanceId = null,
        string assignor = "range") => new()
        {
            GroupId = Group,
            MemberId = memberId,
            GroupInstanceId = instanceId,
            SessionTimeoutMs = 10_000,
            RebalanceTimeoutMs = 20_000,
            ProtocolType = "consumer",
            Protocols = [new() { Name = assignor, Metadata = Subscription(topics, owned) }],
        };

    /// <summary>Creates a topic, makes it larger, or with no partitions takes it away.</summary>
    public void SetTopic(string name, int partitions)
    {
        TopicImage topic = new(
            name, ConsumerGroupDriver.IdOf(name), [.. Enumerable.Repeat<PartitionImage>(null!, partitions)]);
        Image = Image with
        {
            EndOffset = Image.EndOffset + 1,
            Topics = partitions == 0 ? Image.Topics.Remove(name) : Image.Topics.SetItem(name, topic),
            TopicNamesById = partitions == 0
                ? Image.TopicNamesById.Remove(topic.TopicId)
                : Image.TopicNamesById.SetItem(topic.TopicId, name),
        };
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

    public ConsumerGroupHeartbeatResponse Send(ConsumerGroupHeartbeatRequest request)
    {
        HeartbeatCall call = new(request, "client", "/127.0.0.1", $"new{++_lastId}");
        return Decide<ConsumerGroupHeartbeatResponse>((decision, reply) =>
            new ConsumerHeartbeat(call, _settings.Consumer).Decide(Groups, decision, reply)).Response!;
    }

    /// <summary>A member's heartbeat; to join, leave or come back by its epoch.</summary>
    public ConsumerGroupHeartbeatResponse Beat(
        string memberId,
        int epoch,
        string? topics = null,
        string? owned = null,
        string? instanceId = null) => Send(new()
        {
            GroupId = Group,
            MemberId = memberId,
            MemberEpoch = epoch,
            InstanceId = instanceId,
            RebalanceTimeoutMs = topics is null ? -1 : 60_000,
            SubscribedTopicNames = topics is null ? null : [.. topics.Split(' ')],
            OwnedPartitions = owned is null && epoch != 0
                ? null
                : ConsumerGroupDriver.Owned(ConsumerGroupDriver.Parse(owned ?? "")),
        });

    public GroupReply<JoinGroupResponse> Join(JoinGroupRequest request)
    {
        ClassicJoin join = new(request, "client", "/127.0.0.1", new Guid(++_lastId, 0, 0, new byte[8]));
        return Decide<JoinGroupResponse>((decision, reply) =>
            ClassicRequests.Join(Groups, join, _settings.Classic, decision, reply));
    }

    public GroupReply<SyncGroupResponse> Sync(
        string memberId, int generation, string? instanceId = null, params (string Member, byte[] Bytes)[] assignments)
    {
        SyncGroupRequest request = new()
        {
            GroupId = Group,
            GenerationId = generation,
            MemberId = memberId,
            GroupInstanceId = instanceId,
            ProtocolType = "consumer",
            Assignments = [.. assignments.Select(one => new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = one.Member,
                Assignment = one.Bytes,
            })],
        };
        return Decide<SyncGroupResponse>((decision, reply) => ClassicRequests.Sync(Groups, request, decision, reply));
    }

    /// <summary>What a member of the consumer group is told to use, as <c>a-0 a-1</c>, or the error.</summary>
    public string SyncText(string memberId, int generation)
    {
        SyncGroupResponse response = Sync(memberId, generation).Response!;
        return response.ErrorCode != ErrorCode.None
            ? response.ErrorCode.ToString()
            : Text(ConsumerAssignment.PartitionsOf(ConsumerAssignment.Read(response.Assignment)!));
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

    public IEnumerable<ErrorCode> Leave(params (string MemberId, string? InstanceId)[] members)
    {
        LeaveGroupRequest request = new()
        {
            GroupId = Group,
            Members = [.. members.Select(member => new LeaveGroupRequest.MemberIdentity
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.InstanceId,
            })],
        };
        LeaveGroupResponse response = Decide<LeaveGroupResponse>((decision, reply) =>
            ClassicRequests.Leave(Groups, request, decision, reply)).Response!;
        return response.Members.Select(member => member.ErrorCode);
    }

    /// <summary>Makes a stable classic group. The first of the members leads; all subscribe to all topics.</summary>
    public string[] MakeClassic(string topics, params string[] assignments)
    {
        string[] ids = new string[assignments.Length];
        GroupReply<JoinGroupResponse>[] joins = new GroupReply<JoinGroupResponse>[assignments.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = Join(JoinRequest("", topics)).Response!.MemberId;
            joins[i] = Join(JoinRequest(ids[i], topics));
        }

        if (ids.Length > 1)
            joins[0] = Join(JoinRequest(ids[0], topics));
        int generation = joins[0].Response!.GenerationId;
        Sync(ids[0], generation, null, [.. ids.Zip(assignments, (id, assignment) =>
            (id, ConsumerAssignment.Write(Parse(assignment))))]);
        foreach (string id in ids)
            Sync(id, generation);
        return ids;
    }

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
        Groups = NewTable();
        Load(Groups);
        _startedAt = Now;
        Groups.Loaded(0, Now);
    }

    /// <summary>The log without records that later ones have replaced.</summary>
    public void Compact()
    {
        HashSet<string> later = [];
        for (int i = _log.Count - 1; i >= 0; i--)
        {
            if (!later.Add(Convert.ToHexString(_log[i].Key)))
                _log.RemoveAt(i);
        }
    }

    /// <summary>What the log alone says the group is.</summary>
    public IGroup? ReadLog()
    {
        GroupTable table = NewTable();
        Load(table);
        return table.Find(Group);
    }

    private void Load(GroupTable table)
    {
        for (int i = 0; i < _log.Count; i++)
            table.Load(GroupRecordCodec.Read(_log[i].Key, _log[i].Value is not null, _log[i].Value ?? [])!.Value, i);
    }

    private GroupTable NewTable() => new(record => GroupCoordinator.CreateGroup(record, _settings), () => Image);

    private GroupDecision NewDecision() => new(Now - _startedAt, Now, Image);

    private void Take(GroupDecision decision)
    {
        LastRecords =
            [.. decision.Records.Select(record => (record.Value is null ? "-" : "") + record.Key.GetType().Name)];
        foreach (GroupRecord record in decision.Records)
        {
            _log.Add((
                GroupRecordCodec.WriteKey(record),
                record.Value is null ? null : GroupRecordCodec.WriteValue(record)));
            Groups.Append(record);
            Groups.Commit(record, _log.Count - 1);
        }
    }
}
