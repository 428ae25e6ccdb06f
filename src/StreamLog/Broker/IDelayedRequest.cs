namespace StreamLog.Broker;

/// <summary>A request that waits in the <see cref="WaitingRoom"/>. It leaves the room by itself when it is
/// answered.</summary>
internal interface IDelayedRequest
{
    /// <summary>Gets whether its outcome hangs on the wait, as a produce's does. A fetch may be answered
    /// early.</summary>
    bool AwaitsOutcome { get; }

    /// <summary>Answers with what there is: the time is up, or the node stops.</summary>
    void Expire();
}
