using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>Follows the transactions through the batches of a log, to tell which of them may go.</summary>
/// <remarks>
/// <para>
/// The batches of an aborted transaction may go at once; the marker of one, aborted or committed, only once none of its
/// batches is left, so that a reader who has begun within the transaction still learns how it ended. The rules are
/// Kafka's (<c>CleanedTransactionMetadata</c>).
/// </para>
/// <para>For one thread, and for batches in the order of the log from its first one on.</para>
/// </remarks>
internal sealed class CleanedTransactions
{
    private readonly HashSet<long> _committed = [];
    private readonly Dictionary<long, Aborted> _aborted = [];
    private readonly PriorityQueue<AbortedTransaction, long> _ahead = new();

    /// <summary>Adds aborted transactions that begin behind the batches read so far, or among them.</summary>
    public void Add(IReadOnlyList<AbortedTransaction> aborted)
    {
        foreach (AbortedTransaction transaction in aborted)
            _ahead.Enqueue(transaction, transaction.FirstOffset);
    }

    /// <summary>Notes a batch of records.</summary>
    /// <returns>Whether it belongs to an aborted transaction.</returns>
    public bool IsAborted(RecordBatchHeader batch)
    {
        Reach(batch.LastOffset);
        if (!batch.IsTransactional)
            return false;
        if (_aborted.TryGetValue(batch.ProducerId, out Aborted? aborted))
        {
            aborted.HasBatches = true;
            return true;
        }

        _committed.Add(batch.ProducerId);
        return false;
    }

    /// <summary>Notes a control batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="marker">What it says, where it ends a transaction.</param>
    /// <param name="kept">The aborted transaction that it ends, where readers still have to know of it.</param>
    /// <returns>Whether nothing is left of which it would tell.</returns>
    public bool IsEmpty(RecordBatchHeader batch, TransactionMarker? marker, out AbortedTransaction? kept)
    {
        kept = null;
        Reach(batch.LastOffset);
        if (batch.RecordCount == 0)
            return true; // Emptied by an earlier run.
        if (marker is not { } end)
            return false;
        if (!end.IsAbort)
            return !_committed.Remove(batch.ProducerId);
        if (!_aborted.Remove(batch.ProducerId, out Aborted? aborted) || !aborted.HasBatches)
            return true;

        kept = aborted.Transaction;
        return false;
    }

    private void Reach(long offset)
    {
        while (_ahead.TryPeek(out AbortedTransaction next, out long firstOffset) && firstOffset <= offset)
        {
            _ahead.Dequeue();
            _aborted.TryAdd(next.ProducerId, new Aborted(next));
        }
    }

    private sealed class Aborted(AbortedTransaction transaction)
    {
        public AbortedTransaction Transaction { get; } = transaction;

        public bool HasBatches { get; set; }
    }
}
