using StreamLog.Extensibility;

namespace StreamLog.Clients;

/// <summary>Says how long to wait before a call is made again: doubling, with a limit, and a fifth of chance on either
/// side.</summary>
/// <remarks>Thread-safe. The chance keeps clients that failed together from coming back together.</remarks>
internal sealed class Backoff
{
    private const int JitterSteps = 400;

    private readonly INodeEnvironment _environment;
    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;

    /// <summary>Creates the rule.</summary>
    /// <param name="environment">Gives the chance.</param>
    /// <param name="first">The pause before the first retry.</param>
    /// <param name="longest">The longest pause.</param>
    public Backoff(INodeEnvironment environment, TimeSpan first, TimeSpan longest)
    {
        _environment = environment;
        _first = first;
        _longest = longest < first ? first : longest;
    }

    /// <summary>Returns the pause before a retry.</summary>
    /// <param name="attempt">How often the call has failed in a row; at least 1.</param>
    /// <returns>The pause.</returns>
    public TimeSpan Before(int attempt)
    {
        // 2^20 times any sensible pause is above every limit; beyond it the shift would run over.
        double doubled = _first.Ticks * (double)(1L << Math.Min(attempt - 1, 20));
        double factor = 0.8 + (_environment.NextRandom(JitterSteps + 1) / 1000.0);
        return TimeSpan.FromTicks((long)(Math.Min(doubled, _longest.Ticks) * factor));
    }
}
