namespace StreamLog;

/// <summary>Handles the records of a topic for a group, one at a time.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Made anew, in a scope of its own, for each attempt. The same record may come again: after a failure, and after a
/// restart that came before its offset was committed.
/// </remarks>
public interface IRecordHandler<TKey, TValue>
{
    /// <summary>Handles a record. When the task completes, the record is done; what it throws is a failed
    /// attempt.</summary>
    /// <param name="record">The record, whose key and value could be decoded.</param>
    /// <param name="cancellationToken">Asks to give up: the application stops and waits no longer, or another member of
    /// the group has the record's partition.</param>
    /// <returns>A task that completes when the record is done.</returns>
    ValueTask HandleAsync(Record<TKey, TValue> record, CancellationToken cancellationToken);
}
