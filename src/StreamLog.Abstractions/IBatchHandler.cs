namespace StreamLog;

/// <summary>Handles the records of a topic for a group, several of one partition at a time.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Made anew, in a scope of its own, for each attempt. A batch that has failed on every attempt is handled once more
/// record by record, so that one bad record takes no others along.
/// </remarks>
public interface IBatchHandler<TKey, TValue>
{
    /// <summary>Handles records. When the task completes, all of them are done; what it throws is a failed attempt for
    /// all of them.</summary>
    /// <param name="records">The records in the order of their offsets, at least one, all of one partition, whose keys
    /// and values could be decoded.</param>
    /// <param name="cancellationToken">Asks to give up: the application stops and waits no longer, or another member of
    /// the group has the records' partition.</param>
    /// <returns>A task that completes when the records are done.</returns>
    ValueTask HandleAsync(IReadOnlyList<Record<TKey, TValue>> records, CancellationToken cancellationToken);
}
