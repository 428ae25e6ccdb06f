using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>A member that obeys the protocol: it uses what it was given, and gives back in its own time what it is not
/// given any more.</summary>
internal sealed class SimulatedMember(string memberId, string? instanceId)
{
    private string[] _topics = [];
    private string _pattern = "";
    private PartitionSet? _assigned;
    private bool _mustTellAll;
    private bool _mustTellOwned;

    public string MemberId { get; } = memberId;

    public string? InstanceId { get; } = instanceId;

    public int Epoch { get; private set; }

    /// <summary>What the member uses, in its own view.</summary>
    public PartitionSet Owned { get; private set; } = PartitionSet.Empty;

    /// <summary>When it will have given back what it was asked for.</summary>
    public long BusyUntil { get; set; }

    public bool IsBusy => _assigned is not null && !Owned.Equals(_assigned);

    public void Subscribe(string[] topics, string pattern)
    {
        (_topics, _pattern) = (topics, pattern);
        _mustTellAll = true;
    }

    public ConsumerGroupHeartbeatRequest CreateRequest()
    {
        bool all = _mustTellAll || Epoch == 0;
        ConsumerGroupHeartbeatRequest request = new()
        {
            GroupId = ConsumerGroupDriver.Group,
            MemberId = MemberId,
            InstanceId = InstanceId,
            MemberEpoch = Epoch,
            RebalanceTimeoutMs = all ? 60_000 : -1,
            SubscribedTopicNames = all ? [.. _topics] : null,
            SubscribedTopicRegex = all ? _pattern : null,
            OwnedPartitions = all || _mustTellOwned ? ConsumerGroupDriver.Owned(Owned) : null,
        };
        return request;
    }

    /// <summary>Takes an answer.</summary>
    /// <returns>Whether the member is still the one that it was.</returns>
    public bool Receive(ConsumerGroupHeartbeatResponse response)
    {
        if (response.ErrorCode != ErrorCode.None)
        {
            // It abandons all, and joins anew.
            (Epoch, Owned, _assigned, _mustTellAll) = (0, PartitionSet.Empty, null, true);
            return false;
        }

        _mustTellAll = false;
        _mustTellOwned = false;
        Epoch = response.MemberEpoch;
        _assigned = ConsumerGroupDriver.Assigned(response) ?? _assigned;
        return true;
    }

    /// <summary>The answer did not come: the next request says everything.</summary>
    public void Miss() => _mustTellAll = true;

    /// <summary>Goes on with what it was told, if it has finished with what it must give back.</summary>
    public void Work(long now)
    {
        if (_assigned is null || now < BusyUntil)
            return;

        if (!Owned.Equals(_assigned))
            _mustTellOwned = true;
        Owned = _assigned;
    }
}
