using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Consuming;

/// <summary>Tells which batches of a fetched run belong to transactions that came to nothing.</summary>
/// <remarks>
/// The broker names the producers, each with the offset from which on its records do not count; its abort mark ends
/// that. Not thread-safe: one belongs to each walk through a run, and sees its batches in order, each once.
/// </remarks>
internal sealed class AbortedRecords
{
    private readonly List<FetchResponse.AbortedTransaction> _transactions;
    private readonly HashSet<long> _producers = [];
    private int _next;

    /// <summary>Begins at the first batch of a run.</summary>
    /// <param name="transactions">The aborted transactions, in the order of their first offsets.</param>
    public AbortedRecords(List<FetchResponse.AbortedTransaction> transactions) => _transactions = transactions;

    /// <summary>Looks at the next batch.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="batch">The batch, whose checksum is right.</param>
    /// <returns>Whether its records are to be left out.</returns>
    /// <exception cref="StreamLogException">It is a mark that cannot be read.</exception>
    public bool Pass(in RecordBatchHeader header, ReadOnlySpan<byte> batch)
    {
        for (; _next < _transactions.Count && _transactions[_next].FirstOffset <= header.LastOffset; _next++)
            _producers.Add(_transactions[_next].ProducerId);

        if (!header.IsTransactional || !_producers.Contains(header.ProducerId))
            return false;
        if (header.IsControl && IsAbort(batch))
            _producers.Remove(header.ProducerId);
        return true;
    }

    // A batch of marks that compaction has emptied ends nothing: the broker keeps it as long as records before it.
    private static bool IsAbort(ReadOnlySpan<byte> batch)
    {
        using RecordReader reader = new(batch);
        return reader.MoveNext() && ControlRecords.ReadType(reader.Current) == ControlRecordType.Abort;
    }
}
