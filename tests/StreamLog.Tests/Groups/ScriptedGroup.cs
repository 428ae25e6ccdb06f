using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Groups;

/// <summary>A group that does what its test tells it: for the shell around groups of all kinds.</summary>
internal sealed class ScriptedGroup(string name) : IGroup
{
    public List<int> Generations { get; } = [];

    public List<GroupReply<string>> Waiting { get; } = [];

    public long LoadedAt { get; private set; } = -1;

    public long NextDeadlineMs { get; set; } = long.MaxValue;

    public Exception? Defect { get; set; }

    public string Name => name;

    public string Type => "scripted";

    public string ProtocolType => "";

    public string State => "Stable";

    public bool IsEmpty { get; set; }

    /// <summary>Makes a record that tells a generation, with a payload of a size of the test's choice.</summary>
    public static GroupRecord Record(string group, int generation, int bytes = 0) => GroupRecord.Of(
        new GroupMetadataKey { Group = group },
        new GroupMetadataValue
        {
            Generation = generation,
            Members = [new GroupMetadataValue.MemberMetadata { Subscription = new byte[bytes] }],
        });

    public static IGroup? Create(GroupRecord record) => new ScriptedGroup(record.Group);

    public bool Apply(in GroupRecord record)
    {
        if (record.Value is GroupMetadataValue value)
            Generations.Add(value.Generation);
        return record.Value is not null;
    }

    public void Loaded(long now, ClusterImage image) => LoadedAt = now;

    public void Expire(GroupDecision decision)
    {
        NextDeadlineMs = long.MaxValue;
        if (Defect is not null)
            throw Defect;
        decision.Append(Record(name, 100));
        foreach (GroupReply<string> reply in Waiting)
            decision.Answer(reply, "expired");
        Waiting.Clear();
    }

    public ErrorCode CheckCommit(string memberId, string? instanceId, int epoch, bool knowsEpochs) => ErrorCode.None;

    public ErrorCode CheckFetch(string? memberId, int epoch) => ErrorCode.None;

    public ErrorCode CheckOffsetDelete() => ErrorCode.None;

    public bool IsSubscribedTo(string topic) => false;

    public long? UnusedSince(long commitTimestamp) => commitTimestamp;

    public void Delete(GroupDecision decision) =>
        decision.Append(GroupRecord.Of(new GroupMetadataKey { Group = name }, value: null));
}
