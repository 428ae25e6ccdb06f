using System.Text;
using StreamLog.Groups;
using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>A group with the log that its records go to, in their own encoding, and a clock.</summary>
internal sealed class ConsumerGroupDriver
{
    public const string Group = "g";

    private readonly ConsumerGroupSettings _settings;
    private readonly List<(byte[] Key, byte[]? Value)> _log = [];
    private int _newMembers;

    public ConsumerGroupDriver(ConsumerGroupSettings? settings = null)
    {
        _settings = settings ?? new ConsumerGroupSettings();
        State = new ConsumerGroup(Group, _settings);
    }

    public ConsumerGroup State { get; private set; }

    public ClusterImage Image { get; private set; } = ClusterImage.Empty;

    public long Now { get; set; } = 1_000_000;

    /// <summary>How many records the last decision made.</summary>
    public int LastRecords { get; private set; }

    public static Guid IdOf(string topic) =>
        new(Encoding.UTF8.GetBytes(topic.PadRight(16, '_')).AsSpan(0, 16), bigEndian: true);

    /// <summary>Partitions as <c>a-0 a-1 b-0</c>.</summary>
    public static string Text(IEnumerable<TopicIdPartition> partitions) => string.Join(' ', partitions
        .Select(partition => $"{NameOf(partition.TopicId)}-{partition.Partition}").Order(StringComparer.Ordinal));

    public static PartitionSet Parse(string partitions) => PartitionSet.Of(partitions
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => new TopicIdPartition(IdOf(text.Split('-')[0]), int.Parse(text.Split('-')[1]))));

    public static List<ConsumerGroupHeartbeatRequest.TopicPartitions> Owned(PartitionSet partitions) =>
        PartitionLists.Write(
            partitions,
            (topic, numbers) => new ConsumerGroupHeartbeatRequest.TopicPartitions
            {
                TopicId = topic,
                Partitions = numbers,
            });

    public static PartitionSet? Assigned(ConsumerGroupHeartbeatResponse response) =>
        response.Assignment is null
            ? null
            : PartitionLists.Read(response.Assignment.Partitions, topic => topic.TopicId, topic => topic.Partitions);

    public static ConsumerGroupHeartbeatRequest JoinRequest(string memberId, params string[] topics) => new()
    {
        GroupId = Group,
        MemberId = memberId,
        RebalanceTimeoutMs = 60_000,
        SubscribedTopicNames = [.. topics],
        OwnedPartitions = [],
    };

    /// <summary>Creates a topic, makes it larger, or with no partitions takes it away.</summary>
    public void SetTopic(string name, int partitions)
    {
        TopicImage topic = new(name, IdOf(name), [.. Enumerable.Repeat<PartitionImage>(null!, partitions)]);
        Image = Image with
        {
            EndOffset = Image.EndOffset + 1,
            Topics = partitions == 0 ? Image.Topics.Remove(name) : Image.Topics.SetItem(name, topic),
            TopicNamesById = partitions == 0
                ? Image.TopicNamesById.Remove(topic.TopicId)
                : Image.TopicNamesById.SetItem(topic.TopicId, name),
        };
    }

    /// <summary>Makes a setting of the group.</summary>
    public void Configure(string name, string value)
    {
        ConfigResource group = new(ConfigResourceType.Group, Group);
        Image = Image with
        {
            Configs = Image.Configs.SetItem(group, Image.ConfigsOf(group.Type, group.Name).SetItem(name, value)),
        };
    }

    public ConsumerGroupHeartbeatResponse Send(ConsumerGroupHeartbeatRequest request)
    {
        if (HeartbeatRules.Check(request, _settings) is { } refusal)
            return new ConsumerGroupHeartbeatResponse { ErrorCode = refusal.Error, ErrorMessage = refusal.Message };

        GroupDecision decision = new(Now, Now, Image);
        HeartbeatCall call = new(request, "client", "/127.0.0.1", $"new{++_newMembers}");
        ConsumerGroupHeartbeatResponse response = State.Heartbeat(call, decision);
        if (response.ErrorCode != ErrorCode.None)
            Assert.Empty(decision.Records);
        Append(decision);
        return response;
    }

    public ConsumerGroupHeartbeatResponse Join(string memberId, params string[] topics) =>
        Send(JoinRequest(memberId, topics));

    public ConsumerGroupHeartbeatResponse Beat(
        string memberId, int epoch, string? owned = null, string? instanceId = null) => Send(new()
        {
            GroupId = Group,
            MemberId = memberId,
            MemberEpoch = epoch,
            InstanceId = instanceId,
            OwnedPartitions = owned is null ? null : Owned(Parse(owned)),
        });

    /// <summary>Lets time pass, up to the next deadline and on, if there is one before.</summary>
    public void Advance(long milliseconds)
    {
        long end = Now + milliseconds;
        while (State.NextDeadlineMs <= end)
        {
            Now = Math.Max(Now, State.NextDeadlineMs);
            GroupDecision decision = new(Now, Now, Image);
            State.Expire(decision);
            Append(decision);
        }

        Now = end;
    }

    public void Delete()
    {
        GroupDecision decision = new(Now, Now, Image);
        State.Delete(decision);
        Append(decision);
    }

    /// <summary>Starts the group anew from its log.</summary>
    public void Reload()
    {
        State = Load(_log);
        State.Loaded(Now, Image);
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

    /// <summary>What the log says, and what the group says: to be the same.</summary>
    public (string InLog, string InMemory) Compare() => (TextOf(Load(_log)), TextOf(State));

    private static string NameOf(Guid id) => Encoding.UTF8.GetString(id.ToByteArray(bigEndian: true)).TrimEnd('_');

    public static string TextOf(ConsumerGroup group)
    {
        StringBuilder text = new();
        ConsumerGroupState records = group.Records;
        text.AppendLine($"{group.State} {records.Epoch} {records.MetadataHash} {records.AssignmentEpoch}");
        foreach (ConsumerMember member in records.Members.Values)
        {
            ConsumerMember bare =
                member with { Assigned = PartitionSet.Empty, PendingRevocation = PartitionSet.Empty, TopicNames = [] };
            PartitionSet? target = records.FindTarget(member.MemberId);
            text.Append($"{bare} {string.Join(' ', member.TopicNames)} | {Text(member.Assigned)} | ");
            text.AppendLine($"{Text(member.PendingRevocation)} | {(target is null ? "none" : Text(target))}");
            foreach (TopicIdPartition partition in member.Assigned.Concat(member.PendingRevocation))
                text.Append(records.FindOwner(partition)).Append(' ');
        }

        foreach ((string pattern, IReadOnlyList<string> topics) in records.Patterns)
            text.AppendLine($"{pattern}: {string.Join(' ', topics)}");
        return text.ToString();
    }

    private ConsumerGroup Load(IEnumerable<(byte[] Key, byte[]? Value)> log)
    {
        ConsumerGroup group = new(Group, _settings);
        foreach ((byte[] keyBytes, byte[]? valueBytes) in log)
        {
            object? key = ConsumerOffsetRecords.ReadKey(keyBytes);
            Assert.NotNull(key);
            object? value = valueBytes is null ? null : ConsumerGroupRecords.ReadValue(key, valueBytes);
            if (!group.Apply(new GroupRecord(Group, key, value)))
                group = new ConsumerGroup(Group, _settings);
        }

        return group;
    }

    private void Append(GroupDecision decision)
    {
        LastRecords = decision.Records.Count;
        foreach (GroupRecord record in decision.Records)
        {
            byte[]? value = record.Value is null ? null : ConsumerGroupRecords.WriteValue(record.Value);
            _log.Add((ConsumerGroupRecords.WriteKey(record.Key), value));
            if (!State.Apply(record))
                State = new ConsumerGroup(Group, _settings);
        }
    }
}
