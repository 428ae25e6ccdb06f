using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>A consumer that obeys the classic protocol: eager, so that it gives up everything before it joins, or
/// cooperative, so that it gives up what it is not assigned any more. It leads where it is told to.</summary>
internal sealed class ClassicConsumer(MixedGroup group, string? instanceId, bool isCooperative)
{
    private const int SessionTimeoutMs = 10_000;

    private GroupReply<JoinGroupResponse>? _joining;
    private GroupReply<SyncGroupResponse>? _syncing;
    private int _generation = -1;
    private bool _isMember;
    private bool _mustJoin = true;
    private long _heardAt;
    private string? _assignedFor;

    public string MemberId { get; private set; } = "";

    public string? InstanceId => instanceId;

    public string Topics { get; set; } = "";

    public bool IsMember => _isMember;

    /// <summary>What the consumer uses, in its own view.</summary>
    public HashSet<TopicPartition> Owned { get; private set; } = [];

    public void Subscribe(string topics)
    {
        Topics = topics;
        _mustJoin = true;
    }

    /// <summary>Does the next thing there is to do.</summary>
    public void Act()
    {
        Hear();
        if (_joining is not null || _syncing is not null)
            return;
        if (_isMember && !_mustJoin)
            Beat();
        if (_mustJoin)
            Join();
    }

    /// <summary>Takes answers as they come, and knows by itself when its session is over.</summary>
    public void Hear()
    {
        if (_joining?.Response is { } joined)
            FinishJoin(joined);
        if (_syncing?.Response is { } synced)
            FinishSync(synced);
        if (_joining is null && _syncing is null && _isMember && group.Now - _heardAt >= SessionTimeoutMs)
            Lose(keepsId: true);
    }

    /// <summary>The answer that it waits for does not come: it joins again.</summary>
    public void Miss()
    {
        if (_joining is null && _syncing is null)
            return;

        (_joining, _syncing, _mustJoin) = (null, null, true);
    }

    private void Join()
    {
        if (!isCooperative)
            Owned.Clear();
        string assignor = isCooperative ? "cooperative-sticky" : "range";
        (_mustJoin, _heardAt) = (false, group.Now);
        _joining = group.Join(MixedGroup.JoinRequest(
            MemberId, Topics, MixedGroup.Text(Owned), instanceId, assignor));
        Hear();
    }

    private void FinishJoin(JoinGroupResponse response)
    {
        (_joining, _heardAt) = (null, group.Now);
        switch (response.ErrorCode)
        {
            case ErrorCode.None:
                MemberId = response.MemberId;
                _generation = response.GenerationId;
                _assignedFor = response.Leader == MemberId ? PartitionsText() : null;
                _syncing = group.Sync(
                    MemberId, _generation, instanceId, response.Leader == MemberId ? Assign(response) : []);
                break;
            case ErrorCode.MemberIdRequired:
                MemberId = response.MemberId;
                _mustJoin = true;
                break;
            case ErrorCode.RebalanceInProgress:
                _mustJoin = true;
                break;
            default:
                Lose(keepsId: false);
                break;
        }
    }

    private void FinishSync(SyncGroupResponse response)
    {
        (_syncing, _heardAt) = (null, group.Now);
        if (response.ErrorCode == ErrorCode.RebalanceInProgress)
        {
            _mustJoin = true;
            return;
        }

        if (response.ErrorCode != ErrorCode.None)
        {
            Lose(response.ErrorCode == ErrorCode.IllegalGeneration);
            return;
        }

        HashSet<TopicPartition> assigned =
            [.. ConsumerAssignment.PartitionsOf(ConsumerAssignment.Read(response.Assignment)!)];
        _mustJoin = isCooperative && Owned.Except(assigned).Any();
        Owned = assigned;
        _isMember = true;
    }

    private void Beat()
    {
        ErrorCode error = group.Heartbeat(MemberId, _generation, instanceId);
        _heardAt = group.Now;
        if (error == ErrorCode.RebalanceInProgress)
            _mustJoin = true;
        else if (error != ErrorCode.None)
            Lose(error == ErrorCode.IllegalGeneration);
        else if (_assignedFor is not null && _assignedFor != PartitionsText())
            _mustJoin = true;
    }

    /// <summary>It is not what it believed to be, and gives up everything.</summary>
    private void Lose(bool keepsId)
    {
        Owned.Clear();
        (_joining, _syncing, _isMember, _mustJoin, _generation) = (null, null, false, true, -1);
        if (!keepsId)
            MemberId = "";
    }

    private string PartitionsText() => string.Join(
        ' ', group.Image.Topics.Values.Select(topic => $"{topic.Name}:{topic.Partitions.Length}"));

    /// <summary>Deals partitions out in turn. What others have not given up yet is dealt out the next time.</summary>
    private (string Member, byte[] Bytes)[] Assign(JoinGroupResponse joined)
    {
        (string Id, ConsumerProtocolSubscription Said)[] members =
        [
            .. joined.Members.Select(member => (member.MemberId, ConsumerSubscription.Read(member.Metadata)!))
                .OrderBy(member => member.MemberId, StringComparer.Ordinal),
        ];
        Dictionary<string, List<TopicPartition>> dealt =
            members.ToDictionary(member => member.Id, _ => new List<TopicPartition>());
        foreach (TopicImage topic in group.Image.Topics.Values)
        {
            string[] subscribers =
                [.. members.Where(member => member.Said.Topics.Contains(topic.Name)).Select(member => member.Id)];
            for (int i = 0; i < topic.Partitions.Length && subscribers.Length > 0; i++)
                dealt[subscribers[i % subscribers.Length]].Add(new TopicPartition(topic.Name, i));
        }

        return [.. dealt.Select(pair => (pair.Key, ConsumerAssignment.Write(pair.Value.Where(IsFreeFor(pair.Key)))))];

        Func<TopicPartition, bool> IsFreeFor(string id) => partition => !isCooperative || !members.Any(other =>
            other.Id != id && ConsumerSubscription.OwnedBy(other.Said).Contains(partition));
    }
}
