namespace StreamLog.Storage;

/// <summary>Finds the transaction index of a segment: in memory, in its file, or in the batches.</summary>
/// <remarks>
/// An index file is written before the two others of its segment are. So where those are there, no file means that no
/// transaction was aborted; where they are not, it means nothing, and the batches are asked. Any thread, no gate; the
/// caller has retained the segment.
/// </remarks>
internal static class TransactionIndexes
{
    /// <summary>Returns the index of a segment.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static TransactionIndex Of(LogServices services, LogState log, IReadOnlyList<Segment> segments, Segment of)
    {
        if (of.Transactions is { } known)
            return known;

        TransactionIndex? index = of.TryLoadTransactions();
        if (index is null)
        {
            ProducerStates producers = ProducerRecovery.LoadAt(
                services, log.Directory, segments, of.BaseOffset, log.Config);
            index = ProducerRecovery.FindAborted(producers, of, services.NowMs);
        }

        return of.SetTransactions(index);
    }

    /// <summary>Finds the aborted transactions that have records in a range of offsets.</summary>
    /// <exception cref="StreamLogException">The disk failed.</exception>
    public static List<AbortedTransaction> Collect(LogServices services, LogState log, long from, long to)
    {
        List<AbortedTransaction> found = [];
        Segment[] segments = log.Segments;
        for (int i = Math.Max(0, LogState.FindIndex(segments, from)); i < segments.Length; i++)
        {
            Segment segment = segments[i];
            if (!segment.TryRetain())
            {
                // Trimmed, or compacted into another one.
                Segment[] now = log.Segments;
                if (ReferenceEquals(now, segments) || now.Length == 0)
                    break;
                segments = now;
                found.Clear();
                i = Math.Max(0, LogState.FindIndex(segments, from)) - 1;
                continue;
            }

            try
            {
                if (Of(services, log, segments, segment).Collect(from, to, found))
                    break;
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                throw new StreamLogException(
                    ErrorCode.KafkaStorageError,
                    $"Looking for aborted transactions in {segment.File.Path} failed: {error.Message} Check the disk.",
                    error);
            }
            finally
            {
                segment.Release();
            }
        }

        return found;
    }
}
