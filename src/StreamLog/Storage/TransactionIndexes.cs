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

    /// <summary>As the other, whatever is trimmed or compacted meanwhile.</summary>
    /// <exception cref="StreamLogException">Segments are corrupt that have to be read for it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static TransactionIndex Of(LogServices services, LogState log, Segment of)
    {
        while (true)
        {
            Segment[] segments = log.Segments;
            try
            {
                return Of(services, log, segments, of);
            }
            catch (Exception error) when (AreGone(log, segments, error))
            {
                // Once more, with those that there are now.
            }
        }
    }

    /// <summary>Finds the aborted transactions that have records in a range of offsets.</summary>
    /// <exception cref="StreamLogException">The disk failed, or the log was closed meanwhile.</exception>
    public static List<AbortedTransaction> Collect(LogServices services, LogState log, long from, long to)
    {
        List<AbortedTransaction> found = [];
        while (true)
        {
            Segment[] segments = log.Segments;
            log.ThrowIfFailed(); // After that: a log that was closed meanwhile has none.
            if (TryCollect(services, log, segments, from, to, found))
                return found;
            found.Clear(); // Trimmed meanwhile, or compacted into others.
        }
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
            catch (Exception error) when (AreGone(log, segments, error))
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

    // Whether the log's segments are others by now, some of which could therefore not be read.
    private static bool AreGone(LogState log, Segment[] segments, Exception error) =>
        !ReferenceEquals(log.Segments, segments) && (error is ObjectDisposedException || DiskErrors.IsOfDisk(error));
}
