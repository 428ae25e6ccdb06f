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
    /// <exception cref="StreamLogException">The disk failed, or the log was closed meanwhile.</exception>
    public static List<AbortedTransaction> Collect(LogServices services, LogState log, long from, long to)
    {
        List<AbortedTransaction> found = [];
        Segment[] segments = log.Segments;
        while (!TryCollect(services, log, segments, from, to, found))
        {
            // Trimmed meanwhile, or compacted into others.
            log.ThrowIfFailed();
            segments = log.Segments;
            found.Clear();
        }

        return found;
    }

    // Fails where segments are gone that had to be read. An earlier one may be among them, which nobody has retained.
    private static bool TryCollect(
        LogServices services, LogState log, Segment[] segments, long from, long to, List<AbortedTransaction> found)
    {
        for (int i = Math.Max(0, LogState.FindIndex(segments, from)); i < segments.Length; i++)
        {
            Segment segment = segments[i];
            if (!segment.TryRetain())
                return false;
            try
            {
                if (Of(services, log, segments, segment).Collect(from, to, found))
                    break;
            }
            catch (Exception error) when (
                !ReferenceEquals(log.Segments, segments)
                && (error is ObjectDisposedException || DiskErrors.IsOfDisk(error)))
            {
                return false;
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

        return true;
    }
}
