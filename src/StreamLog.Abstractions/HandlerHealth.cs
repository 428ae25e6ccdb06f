namespace StreamLog;

/// <summary>What a handler of a topic does, and what is wrong with it, when the picture was taken.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Group">The group.</param>
public sealed record HandlerHealth(string Topic, string Group)
{
    /// <summary>Gets what it does.</summary>
    public HandlerState State { get; init; }

    /// <summary>Gets why it reads no more, or cannot put a record aside; <see langword="null"/> if it works.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Gets the records that it has failed on at every attempt, and that hold up those behind them.</summary>
    public IReadOnlyList<LogPosition> Paused { get; init; } = [];

    /// <summary>Gets how many records it has read that are not done.</summary>
    public int InFlight { get; init; }

    /// <summary>Gets the record that was read longest ago of those that are not done.</summary>
    public LogPosition? Oldest { get; init; }

    /// <summary>Gets how long ago <see cref="Oldest"/> was read.</summary>
    public TimeSpan OldestAge { get; init; }
}
