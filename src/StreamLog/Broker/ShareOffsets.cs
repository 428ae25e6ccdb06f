using StreamLog.Groups.Share;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Finds the records in batches that were read for a share group. Stateless.</summary>
internal static class ShareOffsets
{
    /// <summary>Finds which offsets are those of records.</summary>
    /// <param name="batches">Whole batches.</param>
    /// <param name="from">The first offset that matters.</param>
    /// <param name="aborted">The aborted transactions, whose records are passed over.</param>
    /// <returns>The offsets. Records that compaction took out of a batch are among them: its reader finds that
    /// out.</returns>
    public static ReadOffsets Of(
        ReadOnlySpan<byte> batches, long from, IReadOnlyList<AbortedTransaction> aborted)
    {
        long end = from;
        List<(long First, long Last)> records = [];
        RecordBatchEnumerator walk = new(batches);
        while (walk.MoveNext())
        {
            RecordBatchHeader header = walk.Header;
            if (header.NextOffset <= from)
                continue;

            end = header.NextOffset;
            if (!header.IsControl && header.RecordCount > 0 && !IsAborted(header, aborted))
                records.Add((Math.Max(from, header.BaseOffset), header.LastOffset));
        }

        return new ReadOffsets(from, end, records);
    }

    private static bool IsAborted(in RecordBatchHeader header, IReadOnlyList<AbortedTransaction> aborted)
    {
        if (!header.IsTransactional)
            return false;
        foreach (AbortedTransaction transaction in aborted)
        {
            if (transaction.ProducerId == header.ProducerId
                && transaction.FirstOffset <= header.BaseOffset
                && header.LastOffset <= transaction.LastOffset)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes those batches that hold offsets of a range.</summary>
    /// <param name="batches">Whole batches. They stay their owner's.</param>
    /// <param name="first">The first offset.</param>
    /// <param name="last">The last offset.</param>
    /// <returns>The batches; the caller disposes them.</returns>
    public static RecordBuffer Slice(RecordBuffer batches, long first, long last)
    {
        int start = -1;
        int end = 0;
        RecordBatchEnumerator walk = new(batches.Span);
        while (walk.MoveNext() && walk.Header.BaseOffset <= last)
        {
            if (walk.Header.LastOffset < first)
                continue;
            if (start < 0)
                start = walk.Position;
            end = walk.NextPosition;
        }

        return start < 0 ? RecordBuffer.Empty : batches.Slice(start, end - start);
    }
}
