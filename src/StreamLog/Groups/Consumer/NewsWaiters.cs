using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>Members who want to know when a heartbeat is worth while, so that partitions move in milliseconds and not
/// with the next heartbeats.</summary>
/// <remarks>
/// They are told together, a moment after something has changed: what changes in that moment is one piece of news. It
/// tells nothing that a heartbeat would not, so nothing is lost where it is not told. Owned by its group, under its
/// gate.
/// </remarks>
internal sealed class NewsWaiters
{
    // Many members that come or go together are to cost each of the others few heartbeats.
    private const int DelayMs = 20;

    private readonly Dictionary<string, GroupReply<ConsumerGroupHeartbeatResponse>> _waiting =
        new(StringComparer.Ordinal);

    /// <summary>Gets when to tell them; <see cref="long.MaxValue"/> is never.</summary>
    public long DueMs { get; private set; } = long.MaxValue;

    /// <summary>Has a member wait. What it has waited with before is answered.</summary>
    /// <param name="memberId">The member.</param>
    /// <param name="reply">What it waits with.</param>
    /// <param name="decision">Takes the answer.</param>
    public void Add(string memberId, GroupReply<ConsumerGroupHeartbeatResponse> reply, GroupDecision decision)
    {
        if (_waiting.Remove(memberId, out GroupReply<ConsumerGroupHeartbeatResponse>? before))
            Answer(memberId, before, decision);
        _waiting.Add(memberId, reply);
    }

    /// <summary>Notes that something has changed.</summary>
    /// <param name="now">The time.</param>
    public void Note(long now)
    {
        if (_waiting.Count > 0 && DueMs == long.MaxValue)
            DueMs = now + DelayMs;
    }

    /// <summary>Tells all, where it is time.</summary>
    /// <param name="decision">Takes the answers.</param>
    public void TellIfDue(GroupDecision decision)
    {
        if (DueMs <= decision.Now)
            Tell(decision);
    }

    /// <summary>Tells all.</summary>
    /// <param name="decision">Takes the answers.</param>
    public void Tell(GroupDecision decision)
    {
        DueMs = long.MaxValue;
        foreach ((string memberId, GroupReply<ConsumerGroupHeartbeatResponse> reply) in _waiting)
            Answer(memberId, reply, decision);
        _waiting.Clear();
    }

    private static void Answer(
        string memberId, GroupReply<ConsumerGroupHeartbeatResponse> reply, GroupDecision decision)
    {
        // It may have been refused meanwhile, as its partition was given up.
        if (!reply.IsDecided)
            decision.Answer(reply, new ConsumerGroupHeartbeatResponse { MemberId = memberId, IsNews = true });
    }
}
