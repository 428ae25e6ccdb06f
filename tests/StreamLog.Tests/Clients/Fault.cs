namespace StreamLog.Tests.Clients;

/// <summary>What the scripted broker does with a request instead of answering it as it should.</summary>
internal sealed record Fault
{
    /// <summary>Gets the error that every partition, or the whole, is answered with. The request is not carried
    /// out.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>Gets what the call throws. The request is not carried out.</summary>
    public Exception? Exception { get; init; }

    /// <summary>Gets whether the request never arrives.</summary>
    public bool LosesRequest { get; init; }

    /// <summary>Gets whether the request is carried out and its answer never arrives.</summary>
    public bool LosesAnswer { get; init; }

    /// <summary>Gets whether the request is carried out, and then its error is answered.</summary>
    public bool FailsAfterwards { get; init; }

    /// <summary>Gets a gate that holds the answer back. The request is carried out at once.</summary>
    public Task? Until { get; init; }

    /// <summary>Gets a gate that holds the request back; later ones overtake it.</summary>
    public Task? ArrivesAfter { get; init; }
}
