namespace StreamLog.Storage;

/// <summary>Holds the leader epochs of an open log against its batches, before anything relies on them.</summary>
/// <remarks>
/// Kafka's file has no checksum. Each boundary in it must be one in the log: the batches on both sides say so. A read
/// needs no such check, because it holds each batch against the epochs. Any thread.
/// </remarks>
internal static class EpochCheck
{
    /// <summary>Checks the epochs.</summary>
    /// <returns>How they contradict the batches, or <see langword="null"/>.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public static StreamLogException? FaultOf(LogServices services, LogState log)
    {
        while (true)
        {
            // The epochs last: they know those of all batches below that end.
            long logStart = log.LogStartOffset;
            int truncations = log.Truncations;
            long end = log.LogEndOffset;
            LeaderEpochs epochs = log.Epochs;
            StreamLogException? fault = FaultOf(services, log, epochs, logStart, end);
            if (fault is null || (log.LogStartOffset == logStart && log.Truncations == truncations))
                return fault;
        }
    }

    private static StreamLogException? FaultOf(
        LogServices services, LogState log, LeaderEpochs epochs, long logStart, long end)
    {
        if (epochs.Entries.Count == 0 || logStart == end)
            return null;

        StreamLogException? fault = FaultAt(services, log, epochs, logStart, isBoundary: false);
        foreach ((int _, long startOffset) in epochs.Entries)
        {
            if (startOffset <= logStart || startOffset >= end)
                continue;
            fault ??= FaultAt(services, log, epochs, startOffset - 1, isBoundary: false)
                ?? FaultAt(services, log, epochs, startOffset, isBoundary: true);
        }

        return fault ?? FaultAt(services, log, epochs, end - 1, isBoundary: false);
    }

    private static StreamLogException? FaultAt(
        LogServices services, LogState log, LeaderEpochs epochs, long offset, bool isBoundary)
    {
        int epoch = epochs.EpochAt(offset);
        if (epoch < 0 && !services.Checkpoints.AreLogStartsKnown)
            return null; // Epochs begin where the log was trimmed to, and nobody knows that any more.
        if (log.RetainSegment(offset) is not { } segment)
            return null; // Closed meanwhile.
        try
        {
            if (!SegmentTail.TryFind(segment, offset, log.Config, out BatchAt batch))
                return null; // Corrupt: a read will tell.
            if (batch.LeaderEpoch == epoch && (!isBoundary || batch.BaseOffset == offset))
                return null;

            return SegmentCorruption.Offline(
                log.Partition, Path.Combine(log.Directory, LogFileNames.LeaderEpochs), 0, offset, log.DurableOffset,
                $"it says that the leader epoch there is {epoch}, and {segment.File.Path} at byte {batch.Position} " +
                $"says {batch.LeaderEpoch}; if the segment is sound, delete the former to have it built anew");
        }
        finally
        {
            segment.Release();
        }
    }
}
