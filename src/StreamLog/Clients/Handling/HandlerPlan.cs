namespace StreamLog.Clients.Handling;

/// <summary>How records of a topic are handled. Immutable.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Group">The group.</param>
internal sealed record HandlerPlan(string Topic, string Group)
{
    /// <summary>Gets how much of a partition is handled at a time.</summary>
    public required LaneLimits Limits { get; init; }

    /// <summary>Gets whether the handler takes lists of records, which it may keep.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Gets what is kept in order.</summary>
    public LaneOrder Order { get; init; }

    /// <summary>Gets how long a batch waits for further records.</summary>
    public TimeSpan BatchWait { get; init; }

    /// <summary>Gets the pauses before further attempts, on the average.</summary>
    public IReadOnlyList<TimeSpan> RetryDelays { get; init; } = [];

    /// <summary>Gets where records go that failed on every attempt, or <see langword="null"/>.</summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>Gets what becomes of them where there is no such topic.</summary>
    public WhenExhausted WhenExhausted { get; init; }

    /// <summary>Gets how long running handlers may take to finish when a partition is given up.</summary>
    public TimeSpan DrainTimeout { get; init; }

    /// <summary>Gets what sets options of the consumer, or <see langword="null"/>.</summary>
    public Action<ConsumerOptions>? Consumer { get; init; }
}
