using StreamLog.Groups;
using StreamLog.Groups.Assignors;
using StreamLog.Groups.Consumer;
using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Groups.Consumer;

namespace StreamLog.Tests.Groups.Share;

/// <summary>A share group in a table, with the log that its records go to in their encoding, and a clock.</summary>
internal sealed class ShareGroupDriver
{
    public const string Group = "g";

    private readonly ShareGroupSettings _settings;
    private readonly List<(byte[] Key, byte[]? Value)> _log = [];

    public ShareGroupDriver(ShareGroupSettings? settings = null)
    {
        _settings = settings ?? new ShareGroupSettings();
        Table = NewTable();
    }

    public GroupTable Table { get; private set; }

    public ShareGroup? State => Table.Find(Group) as ShareGroup;

    public ClusterImage Image { get; private set; } = ClusterImage.Empty;

    public long Now { get; private set; } = 1_000_000;

    public int LastRecords { get; private set; }

    public static PartitionSet? Assigned(ShareGroupHeartbeatResponse response) => response.Assignment is null
        ? null
        : PartitionLists.Read(
            response.Assignment.TopicPartitions, topic => topic.TopicId, topic => topic.Partitions);

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

    /// <summary>Makes a setting of the group.</summary>
    public void Configure(string name, string value)
    {
        ConfigResource group = new(ConfigResourceType.Group, Group);
        Image = Image with
        {
            Configs = Image.Configs.SetItem(group, Image.ConfigsOf(group.Type, group.Name).SetItem(name, value)),
        };
    }

    public ShareGroupHeartbeatResponse Beat(string memberId, int epoch, params string[] topics)
    {
        ShareGroupHeartbeatRequest request = new()
        {
            GroupId = Group,
            MemberId = memberId,
            MemberEpoch = epoch,
            SubscribedTopicNames = topics.Length == 0 ? null : [.. topics],
        };
        if (ShareHeartbeatCall.Check(request) is { } refusal)
            return new ShareGroupHeartbeatResponse { ErrorCode = refusal.Error };

        GroupDecision decision = new(Now, Now, Image);
        ShareGroupHeartbeatResponse response =
            ShareGroup.Heartbeat(Table, new ShareHeartbeatCall(request, "client", "/h", Image), _settings, decision);
        Append(decision);
        return response;
    }

    public void Advance(long milliseconds)
    {
        long end = Now + milliseconds;
        while (State is { } state && state.NextDeadlineMs <= end)
        {
            Now = Math.Max(Now, state.NextDeadlineMs);
            GroupDecision decision = new(Now, Now, Image);
            state.Expire(decision);
            Append(decision);
        }

        Now = end;
    }

    public void Delete()
    {
        GroupDecision decision = new(Now, Now, Image);
        State!.Delete(decision);
        Append(decision);
    }

    /// <summary>Starts anew from the log, from which compaction has taken what later records replace.</summary>
    public void Reload()
    {
        Table = NewTable();
        HashSet<string> later = [];
        for (int i = _log.Count - 1; i >= 0; i--)
        {
            if (!later.Add(Convert.ToHexString(_log[i].Key)))
                _log.RemoveAt(i);
        }

        foreach ((byte[] key, byte[]? value) in _log)
            Table.Load(GroupRecordCodec.Read(key, value is not null, value ?? [])!.Value);
        Table.Loaded(Now, Now);
    }

    private GroupTable NewTable() => new(GroupCoordinator.CreateGroup, () => Image);

    private void Append(GroupDecision decision)
    {
        LastRecords = decision.Records.Count;
        foreach (GroupRecord record in decision.Records)
        {
            _log.Add((
                GroupRecordCodec.WriteKey(record),
                record.Value is null ? null : GroupRecordCodec.WriteValue(record)));
            Table.Append(record);
        }
    }
}
