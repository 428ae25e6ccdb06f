using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Reads batches from a segment's file, and checks all that can be checked before anybody sees them.</summary>
/// <remarks>
/// What lies before a batch's checksum is not covered by it, so it is checked otherwise: offsets against the neighbours, the
/// leader epoch against the epochs of the log. Any thread may call; the segment is retained by the caller.
/// </remarks>
internal static class SegmentReader
{
    // More than this at once is read only for a single batch that is larger.
    private const int BytesAtOnceMax = 4 * 1024 * 1024;

    /// <summary>Reads whole batches.</summary>
    /// <returns>The batches, to be disposed by the caller; none where the segment holds none in the window.</returns>
    /// <exception cref="StreamLogException">The file is corrupt there.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static RecordBuffer Read(Segment segment, LeaderEpochs epochs, LogConfig config, in ReadWindow window)
    {
        SegmentIndexes indexes = segment.Indexes(config);
        int relativeOffset = (int)Math.Min(int.MaxValue, Math.Max(0, window.Offset - segment.BaseOffset));
        indexes.Offsets.TryFindFloor(relativeOffset, out int entry, out int position);
        long expectedLast = entry < 0 ? -1 : segment.BaseOffset + entry;

        // Enough for what is wanted and for what lies between the index entry and it.
        int chunkBytes = Math.Clamp(window.BytesMax, RecordBatchHeader.Size, BytesAtOnceMax) + (2 * config.IndexIntervalBytes);
        RecordBuffer chunk = Fetch(segment, position, chunkBytes);
        try
        {
            int at = 0;
            long expected = expectedLast < 0 && !config.IsCompacted ? segment.BaseOffset : -1;
            while (true)
            {
                if (chunk.Length - at < RecordBatchHeader.Size)
                {
                    if (position + at >= segment.SizeInBytes)
                        return RecordBuffer.Empty;
                    chunk = Refetch(chunk, segment, position += at, chunkBytes);
                    at = 0;
                    ThrowIfShort(segment, chunk, position);
                }

                RecordBatchHeader header = new(chunk.Span[at..]);
                CheckHeader(segment, header, position + at, expected);
                if (expectedLast >= 0 && header.LastOffset != expectedLast)
                    throw SegmentCorruption.At(segment, position + at, expectedLast, "the index names another batch here");
                if (header.LastOffset >= window.Offset)
                    break;

                expectedLast = -1;
                expected = config.IsCompacted ? -1 : header.NextOffset;
                int next = at + header.SizeInBytes;
                if (next <= chunk.Length)
                {
                    at = next;
                    continue;
                }

                position += next;
                at = 0;
                if (position >= segment.SizeInBytes)
                    return RecordBuffer.Empty;
                chunk = Refetch(chunk, segment, position, chunkBytes);
                ThrowIfShort(segment, chunk, position);
            }

            int size = new RecordBatchHeader(chunk.Span[at..]).SizeInBytes;
            if (size > window.BytesMax && !window.AtLeastOneBatch)
                return RecordBuffer.Empty;
            if (size > chunk.Length - at)
            {
                chunk = Refetch(chunk, segment, position += at, Math.Max(size, chunkBytes));
                at = 0;
                if (chunk.Length < size)
                    throw SegmentCorruption.At(segment, position, window.Offset, "the file ends within a batch");
            }

            int length = CountSound(segment, epochs, config, chunk.Span[at..], position + at, window);
            return length == 0 ? RecordBuffer.Empty : chunk.Slice(at, length);
        }
        finally
        {
            chunk.Dispose();
        }
    }

    // How many bytes of whole batches, from the first one on, are sound and wanted. Throws where the first is not sound.
    private static int CountSound(
        Segment segment, LeaderEpochs epochs, LogConfig config, ReadOnlySpan<byte> bytes, long position, in ReadWindow window)
    {
        int length = 0;
        long expected = -1;
        while (bytes.Length - length >= RecordBatchHeader.Size)
        {
            RecordBatchHeader header = new(bytes[length..]);
            int size = header.SizeInBytes;
            bool isFirst = length == 0;
            bool fits = (long)length + size <= window.BytesMax || (isFirst && window.AtLeastOneBatch);
            if (size < RecordBatchHeader.Size || size > bytes.Length - length || !fits || header.NextOffset > window.LimitOffset)
                break;

            string? fault = FaultOf(bytes.Slice(length, size), header, epochs, expected);
            if (fault is not null)
            {
                if (isFirst)
                    throw SegmentCorruption.At(segment, position, header.BaseOffset, fault);
                break; // The next read begins here, and says so.
            }

            expected = config.IsCompacted ? -1 : header.NextOffset;
            length += size;
        }

        return length;
    }

    /// <summary>Returns what is wrong with a batch, or <see langword="null"/>.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> batch, RecordBatchHeader header, LeaderEpochs epochs, long expectedOffset)
    {
        if (header.Magic != RecordBatchHeader.CurrentMagic)
            return $"the format version of the batch is {header.Magic}";
        if (expectedOffset >= 0 && header.BaseOffset != expectedOffset)
            return $"the batch claims offset {header.BaseOffset} where {expectedOffset} must follow";
        if (!RecordBatchHeader.HasValidCrc(batch))
            return "the checksum of the batch does not match its bytes";
        // By its last record: the first ones may lie before the start of the log, where the epochs begin too.
        int epoch = epochs.EpochAt(header.LastOffset);
        return epoch >= 0 && epoch != header.PartitionLeaderEpoch
            ? $"the batch claims leader epoch {header.PartitionLeaderEpoch} where {LogFileNames.LeaderEpochs} says {epoch}"
            : null;
    }

    private static void CheckHeader(Segment segment, RecordBatchHeader header, long position, long expected)
    {
        long size = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        if (header.Magic != RecordBatchHeader.CurrentMagic)
            throw SegmentCorruption.At(segment, position, expected, $"the format version of a batch is {header.Magic}");
        if (size < RecordBatchHeader.Size || size > segment.SizeInBytes - position || header.LastOffsetDelta < 0)
            throw SegmentCorruption.At(segment, position, expected, $"a batch claims {size} bytes");
        bool isOutside = header.BaseOffset < segment.BaseOffset || header.NextOffset > segment.NextOffset;
        if (isOutside || (expected >= 0 && header.BaseOffset != expected))
            throw SegmentCorruption.At(segment, position, expected, $"a batch claims offset {header.BaseOffset}");
    }

    private static RecordBuffer Refetch(RecordBuffer old, Segment segment, int position, int bytes)
    {
        RecordBuffer chunk = Fetch(segment, position, bytes);
        old.Dispose();
        return chunk;
    }

    private static RecordBuffer Fetch(Segment segment, int position, int bytes)
    {
        int wanted = Math.Min(bytes, segment.SizeInBytes - position);
        if (wanted <= 0)
            return RecordBuffer.Empty;

        RecordBuffer buffer = RecordBuffer.Rent(wanted);
        try
        {
            int read = segment.File.Read(buffer.WritableMemory.Span, position);
            if (read == wanted)
                return buffer;

            RecordBuffer part = buffer.Slice(0, read);
            buffer.Dispose();
            return part;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private static void ThrowIfShort(Segment segment, RecordBuffer chunk, int position)
    {
        if (chunk.Length < RecordBatchHeader.Size)
            throw SegmentCorruption.At(segment, position, -1, "the file ends within the header of a batch");
    }
}
