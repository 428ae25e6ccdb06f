namespace StreamLog.Clients.Producing;

/// <summary>Who sends a batch that can go at once.</summary>
internal enum Urgency
{
    /// <summary>The thread that appends, since it waits for the answer anyway.</summary>
    Inline,

    /// <summary>The thread pool, and meanwhile the batch grows.</summary>
    Pooled,
}
