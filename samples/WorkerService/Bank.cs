using System.Collections.Concurrent;

namespace WorkerService;

/// <summary>A bank as they are: it does not always answer when it is first asked, and some payments it
/// refuses.</summary>
internal sealed class Bank
{
    private const long Limit = 1_000_000;

    private readonly ConcurrentDictionary<int, bool> _unanswered = new();

    public int Timeouts => _unanswered.Count;

    public void Check(Claim claim)
    {
        if (claim.Row % 10 == 0 && _unanswered.TryAdd(claim.Row, true))
            throw new TimeoutException("The bank does not answer.");
        if (claim.Cost > Limit)
            throw new InvalidOperationException($"{claim.Cost} is above the limit of {Limit}.");
    }
}
