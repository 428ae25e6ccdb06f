using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Reads batches from a segment's file, and checks all that can be checked before anybody sees them.</summary>
/// <remarks>
/// What lies before a batch's checksum is not covered by it, so it is checked otherwise: offsets against the
/// neighbours, the leader epoch against the epochs of the log. Any thread may call; the segment is retained by the
/// caller.
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
        // Enough for what is wanted and for what lies between the index entry and it.
        int slack = 2 * Math.Min(config.IndexIntervalBytes, BytesAtOnceMax);
        int chunkBytes = Math.Clamp(window.BytesMax, RecordBatchHeader.Size, BytesAtOnceMax) + slack;
        Chunk chunk = new(segment, chunkBytes);
        try
        {
            if (!TrySeek(ref chunk, segment, config, window.Offset))
                return RecordBuffer.Empty;

            int size = chunk.Header.SizeInBytes;
            if (size > window.BytesMax && !window.AtLeastOneBatch)
                return RecordBuffer.Empty;
            if (size > chunk.BytesLeft && !chunk.TryLoad(chunk.Position, Math.Max(size, chunkBytes), size))
                throw SegmentCorruption.At(segment, chunk.Position, window.Offset, "the file ends within a batch");

            int length = CountSound(chunk, epochs, window);
            return length == 0 ? RecordBuffer.Empty : chunk.Slice(length);
        }
        finally
        {
            chunk.Dispose();
        }
    }

    // Walks from the index entry below the offset to the batch that holds it, by the headers, each of which must follow
    // the last.
    private static bool TrySeek(ref Chunk chunk, Segment segment, LogConfig config, long offset)
    {
        bool mustBeHere = offset < segment.NextOffset; // Asked before the size is.
        int relativeOffset = (int)Math.Clamp(offset - segment.BaseOffset, 0, int.MaxValue);
        OffsetIndex index = segment.Indexes(config).Offsets;
        bool hasEntry = index.TryFindFloor(relativeOffset, out int entry, out int position);
        long expectedLast = hasEntry ? segment.BaseOffset + entry : -1;
        long expected = hasEntry ? -1 : segment.BaseOffset;
        for (long at = position; at < segment.SizeInBytes;)
        {
            if (!chunk.TryMoveTo(at, RecordBatchHeader.Size))
                throw SegmentCorruption.At(segment, at, expected, "the file ends within the header of a batch");

            RecordBatchHeader header = chunk.Header;
            CheckHeader(segment, header, at, expected);
            if (expectedLast >= 0 && header.LastOffset != expectedLast)
                throw SegmentCorruption.At(segment, at, expectedLast, "the index names another batch here");
            if (header.LastOffset >= offset)
                return true;

            expectedLast = -1;
            expected = header.NextOffset;
            at += header.SizeInBytes;
        }

        if (mustBeHere)
            throw SegmentCorruption.At(segment, segment.SizeInBytes, offset, "the file ends before this offset");
        return false;
    }

    // How many bytes of whole batches, from the first one on, are sound and wanted. Throws where the first is not
    // sound.
    private static int CountSound(in Chunk chunk, LeaderEpochs epochs, in ReadWindow window)
    {
        ReadOnlySpan<byte> bytes = chunk.Left;
        int length = 0;
        long expected = -1;
        while (bytes.Length - length >= RecordBatchHeader.Size)
        {
            RecordBatchHeader header = new(bytes[length..]);
            int size = header.SizeInBytes;
            bool isFirst = length == 0;
            bool fits = (long)length + size <= window.BytesMax || (isFirst && window.AtLeastOneBatch);
            bool isWhole = size >= RecordBatchHeader.Size && size <= bytes.Length - length;
            if (!isWhole || !fits || header.NextOffset > window.LimitOffset)
                break;

            string? fault = FaultOf(bytes.Slice(length, size), header, epochs, expected);
            if (fault is not null)
            {
                if (isFirst)
                    throw SegmentCorruption.At(chunk.Segment, chunk.Position, header.BaseOffset, fault);
                break; // The next read begins here, and says so.
            }

            expected = header.NextOffset;
            length += size;
        }

        return length;
    }

    /// <summary>Returns what is wrong with a batch, or <see langword="null"/>.</summary>
    public static string? FaultOf(
        ReadOnlySpan<byte> batch, RecordBatchHeader header, LeaderEpochs epochs, long expectedOffset)
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
            ? $"the batch claims leader epoch {header.PartitionLeaderEpoch} where {LogFileNames.LeaderEpochs} says " +
                $"{epoch}"
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

    /// <summary>A stretch of the segment's file in memory, and a place in it.</summary>
    private struct Chunk : IDisposable
    {
        private readonly int _bytes;
        private RecordBuffer _buffer = RecordBuffer.Empty;
        private long _start;
        private int _at;

        public Chunk(Segment segment, int bytes)
        {
            Segment = segment;
            _bytes = bytes;
        }

        public Segment Segment { get; }

        public readonly long Position => _start + _at;

        public readonly int BytesLeft => _buffer.Length - _at;

        public readonly ReadOnlySpan<byte> Left => _buffer.Span[_at..];

        public readonly RecordBatchHeader Header => new(Left);

        /// <summary>Goes to a place, and reads on where that many bytes from there are not in memory.</summary>
        public bool TryMoveTo(long position, int count)
        {
            long at = position - _start;
            if (at < 0 || at + count > _buffer.Length)
                return TryLoad(position, _bytes, count);
            _at = (int)at;
            return true;
        }

        /// <summary>Reads anew from a place on.</summary>
        /// <returns>Whether there were that many bytes.</returns>
        public bool TryLoad(long position, int bytes, int count)
        {
            int wanted = (int)Math.Clamp(Segment.SizeInBytes - position, 0, bytes);
            RecordBuffer loaded = RecordBuffer.Rent(wanted);
            try
            {
                int read = Segment.File.Read(loaded.WritableMemory.Span, position);
                _buffer.Dispose();
                _buffer = loaded;
                _start = position;
                _at = 0;
                return read == wanted && read >= count;
            }
            catch
            {
                loaded.Dispose();
                throw;
            }
        }

        public readonly RecordBuffer Slice(int length) => _buffer.Slice(_at, length);

        public readonly void Dispose() => _buffer.Dispose();
    }
}
