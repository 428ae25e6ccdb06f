using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Classic;

/// <content>How one generation follows another.</content>
internal sealed partial class ClassicGroup
{
    private bool HaveAllJoined => _members.JoiningCount == _members.Count && _pendingJoins.Count == 0;

    /// <summary>Has all members join again, or goes on where they have been told so already.</summary>
    private void PrepareOrComplete(GroupDecision decision)
    {
        if (Phase == ClassicGroupState.PreparingRebalance)
            CompleteIfAllJoined(decision);
        else
            Prepare(decision);
    }

    private void Prepare(GroupDecision decision)
    {
        foreach (ClassicMember member in _members.All)
            EndSync(member, decision, ErrorCode.RebalanceInProgress);
        _pendingSyncs.Clear();
        _syncDue = long.MaxValue;

        bool isInitial = Phase == ClassicGroupState.Empty;
        MoveTo(ClassicGroupState.PreparingRebalance, decision);
        int timeout = _members.RebalanceTimeoutMs;
        if (!isInitial)
        {
            _joinDue = decision.Now + timeout;
            CompleteIfAllJoined(decision);
        }
        else if (settings.InitialDelayMs == 0)
        {
            Complete(decision);
        }
        else
        {
            _hasNewcomers = false;
            _joinDue = decision.Now + settings.InitialDelayMs;
            _delayLeftMs = Math.Max(0, timeout - settings.InitialDelayMs);
        }
    }

    private void CompleteIfAllJoined(GroupDecision decision)
    {
        if (_delayLeftMs is null && HaveAllJoined)
            Complete(decision);
    }

    private void ExpireJoin(GroupDecision decision)
    {
        if (_delayLeftMs is > 0 and int left && _hasNewcomers)
        {
            int delay = Math.Min(settings.InitialDelayMs, left);
            _hasNewcomers = false;
            _joinDue = decision.Now + delay;
            _delayLeftMs = left - delay;
            return;
        }

        Complete(decision);
    }

    /// <summary>Begins the next generation, with those who have joined.</summary>
    private void Complete(GroupDecision decision)
    {
        _joinDue = long.MaxValue;
        _delayLeftMs = null;

        // Static members are given until their session ends.
        foreach (ClassicMember late in _members.All
            .Where(member => member.Joining is null && member.InstanceId is null).ToArray())
        {
            Forget(late);
        }

        if (_members.Count == 0)
        {
            BecomeEmpty(decision);
        }
        else if (!TryElect())
        {
            // All that are left are static, and none of them is here. They may allow themselves no time at all.
            _joinDue = decision.Now + Math.Max(RejoinMsMin, _members.RebalanceTimeoutMs);
        }
        else
        {
            Begin(decision);
        }
    }

    private void BecomeEmpty(GroupDecision decision)
    {
        Generation++;
        _protocol = null;
        _leader = null;
        _topics = FindTopics();
        MoveTo(ClassicGroupState.Empty, decision);
        decision.IsAhead = true;
        decision.Append(ToRecord());
    }

    /// <summary>Sees to it that the leader is one who has joined.</summary>
    private bool TryElect()
    {
        if (_leader is not null
            && _members.TryFind(_leader, out ClassicMember? leader)
            && leader.Joining is not null)
        {
            return true;
        }

        _leader = _members.All.FirstOrDefault(member => member.Joining is not null)?.Id ?? _leader;
        return _members.JoiningCount > 0;
    }

    private void Begin(GroupDecision decision)
    {
        Generation++;
        _protocol = _members.Vote();
        _topics = FindTopics();
        MoveTo(ClassicGroupState.CompletingRebalance, decision);
        _pendingSyncs.Clear();
        foreach (ClassicMember member in _members.All)
        {
            _members.EndJoin(member, decision, Joined(member));
            member.IsNew = false;
            _pendingSyncs.Add(member.Id);
            _sessions.Set(member.Id, decision.Now + member.SessionTimeoutMs);
        }

        _syncDue = decision.Now + _members.RebalanceTimeoutMs;
    }

    private void ExpireSync(GroupDecision decision)
    {
        _syncDue = long.MaxValue;
        if (_pendingSyncs.Count == 0)
            return;

        foreach (string id in _pendingSyncs.ToArray())
        {
            if (_members.TryFind(id, out ClassicMember? member))
                Forget(member);
        }

        Prepare(decision);
    }

    private void ExpireSession(string id, GroupDecision decision)
    {
        // Whoever waits for an answer cannot be expected to say more; it is counted anew once it is answered.
        if (_members.TryFind(id, out ClassicMember? member) && member.IsWaiting)
            return;

        GiveUp(id, decision);
    }

    /// <summary>Does without a member, or without one that was given an id.</summary>
    private void GiveUp(string id, GroupDecision decision)
    {
        bool isGone = _pendingJoins.Remove(id);
        if (isGone)
            _sessions.Remove(id);
        if (_members.TryFind(id, out ClassicMember? member))
        {
            Dismiss(member, decision);
            isGone = true;
        }

        if (isGone && Phase != ClassicGroupState.Empty)
            GoOnWithout(member is not null, decision);
    }

    /// <summary>Goes on after some have left.</summary>
    private void GoOnWithout(bool isMember, GroupDecision decision)
    {
        if (Phase == ClassicGroupState.PreparingRebalance)
            CompleteIfAllJoined(decision);
        else if (isMember && Phase != ClassicGroupState.Empty)
            Prepare(decision);
    }

    /// <summary>Removes a member, and tells it so if it waits.</summary>
    private void Dismiss(ClassicMember member, GroupDecision decision)
    {
        _members.EndJoin(member, decision, RefuseJoin(ErrorCode.UnknownMemberId, ""));
        EndSync(member, decision, ErrorCode.UnknownMemberId);
        Forget(member);
    }

    private void Forget(ClassicMember member)
    {
        _members.Remove(member);
        _pendingSyncs.Remove(member.Id);
        _sessions.Remove(member.Id);
        if (_leader == member.Id)
            _leader = null;
    }

    private void EndSync(ClassicMember member, GroupDecision decision, ErrorCode error)
    {
        if (member.Syncing is { } reply)
        {
            member.Syncing = null;
            _sessions.Set(member.Id, decision.Now + member.SessionTimeoutMs);
            decision.Answer(reply, new SyncGroupResponse { ErrorCode = error });
        }
    }
}
