using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Goes through a damaged segment, and decides what of it is kept.</summary>
/// <remarks>
/// For one thread; it changes nothing on the disk. What is sound and in its place is kept. A batch that is sound but
/// for an offset or an epoch, which no checksum covers, is set right where its neighbours say what is right. What lies
/// between is cut out, up to the next batch that is sound.
/// </remarks>
internal sealed class RepairScan
{
    private readonly RepairPlan _plan;
    private readonly IFile _file;
    private readonly LeaderEpochs _epochs;
    private readonly long _length;

    // The offset at which the next segment begins; of the last one, none.
    private readonly long _limit;

    // Where the segment has to end at least.
    private readonly long _leastEnd;

    /// <summary>Creates a scan.</summary>
    /// <param name="plan">The plan to fill.</param>
    /// <param name="epochs">Where epochs begin, or none where nobody knows.</param>
    /// <param name="limit">Where the next segment begins, or <see langword="null"/> for the last one.</param>
    /// <param name="flushedOffset">Everything below had been flushed.</param>
    public RepairScan(RepairPlan plan, LeaderEpochs epochs, long? limit, long flushedOffset)
    {
        _plan = plan;
        _file = plan.File!;
        _epochs = epochs;
        _length = _file.Length;
        _limit = limit ?? long.MaxValue;
        _leastEnd = limit ?? flushedOffset;
    }

    /// <summary>Fills the plan.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Run()
    {
        long position = 0;
        while (position < _length)
        {
            string? fault = KeepSound(ref position);
            if (fault is not null)
                position = Skip(position, fault);
        }

        if (_plan.EndOffset < _leastEnd)
        {
            _plan.Remove(_length, _length, _leastEnd - _plan.EndOffset, "the file ends here");
            _plan.Fill(_leastEnd, _epochs);
        }
    }

    // Keeps what follows, and returns why it went no further; null at the end of the file.
    private string? KeepSound(ref long position)
    {
        using BatchWalker walker = new(_file, position, Math.Min(_length, Segment.SizeMax), readBodies: true);
        while (walker.MoveNext())
        {
            position = walker.Position;
            RecordBatchHeader header = walker.Header;
            string? fault = FaultOf(header);
            if (fault is null)
                _plan.Keep(position, header);
            else if (!TryMend(position, header))
                return fault;
        }

        position = walker.Position;
        if (walker.Fault is not null && TryMendOffset(ref position))
            return null;
        return walker.Fault ?? (position < _length ? "the file is longer than a segment can be" : null);
    }

    private string? FaultOf(RecordBatchHeader header)
    {
        long expected = _plan.EndOffset;
        if (header.BaseOffset != expected)
            return $"a batch claims offset {header.BaseOffset} where {expected} must follow";
        if (!Fits(header.NextOffset))
            return $"a batch claims to end at offset {header.NextOffset}, where another segment has begun";
        int epoch = EpochFor(header, header.LastOffset);
        return epoch == header.PartitionLeaderEpoch
            ? null
            : $"a batch claims leader epoch {header.PartitionLeaderEpoch} instead of {epoch}";
    }

    private bool TryMend(long position, RecordBatchHeader header)
    {
        long expected = _plan.EndOffset;
        if (header.BaseOffset == expected)
        {
            if (!Fits(header.NextOffset))
                return false;
            _plan.Mend(position, header, header.BaseOffset, EpochFor(header, header.LastOffset));
            return true;
        }

        long next = expected + header.LastOffsetDelta + 1;
        if (!Fits(next) || !Begins(position + header.SizeInBytes, next))
            return false;
        _plan.Mend(position, header, expected, EpochFor(header, next - 1));
        return true;
    }

    // A flipped sign makes an offset that no walk believes, and the batch may be sound all the same.
    private bool TryMendOffset(ref long position)
    {
        long end = ClaimedEnd(position);
        if (end < 0)
            return false;
        byte[] batch = new byte[end - position];
        if (_file.Read(batch, position) < batch.Length || !RecordBatchHeader.HasValidCrc(batch))
            return false;
        RecordBatchHeader header = new(batch);
        if (header.BaseOffset >= 0 || header.LastOffsetDelta < 0 || !TryMend(position, header))
            return false;
        position = end;
        return true;
    }

    // Whether what stands there says that the batch before it ended at an offset.
    private bool Begins(long position, long offset)
    {
        if (position >= _length)
            return offset == _leastEnd;
        return TryReadSound(position, out RepairCandidate next) && next.BaseOffset == offset;
    }

    private bool Fits(long nextOffset) => nextOffset <= _limit && nextOffset - 1 - _plan.BaseOffset <= int.MaxValue;

    private int EpochFor(RecordBatchHeader header, long lastOffset)
    {
        int known = _epochs.EpochAt(lastOffset);
        return known >= 0 ? known : Math.Max(header.PartitionLeaderEpoch, _plan.LastEpoch);
    }

    // Cuts out what is wrong at a position, and returns where it goes on.
    private long Skip(long position, string fault)
    {
        if (TryFindNext(position, out RepairCandidate next))
        {
            _plan.Remove(position, next.Position, next.BaseOffset - _plan.EndOffset, fault);
            _plan.Fill(next.BaseOffset, _epochs);
            return next.Position;
        }

        long end = Math.Max(_plan.EndOffset, _leastEnd);
        _plan.Remove(position, _length, end - _plan.EndOffset, fault);
        _plan.Fill(end, _epochs);
        return _length;
    }

    private bool TryFindNext(long position, out RepairCandidate next)
    {
        if (TryReadFitting(position, out next))
            return true; // Sound itself, behind a hole.

        // Where the damaged batch says that it ends. A record may hold batches of its own, which are none of this log.
        long end = ClaimedEnd(position);
        if (end == _length)
            return false;
        return (end > position && TryReadFitting(end, out next)) || TrySearch(position + 1, out next);
    }

    private long ClaimedEnd(long position)
    {
        Span<byte> bytes = stackalloc byte[RecordBatchHeader.Size];
        if (_file.Read(bytes, position) < bytes.Length)
            return -1;
        RecordBatchHeader header = new(bytes);
        long size = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        bool isPlausible = header.Magic == RecordBatchHeader.CurrentMagic && size >= RecordBatchHeader.Size;
        return isPlausible && position + size <= _length ? position + size : -1;
    }

    private bool TrySearch(long from, out RepairCandidate next)
    {
        byte[] buffer = new byte[256 * 1024];
        int step = buffer.Length - RecordBatchHeader.Size;
        for (long start = from; start + RecordBatchHeader.Size <= _length; start += step)
        {
            int read = _file.Read(buffer, start);
            for (int at = 0; at < step && at + RecordBatchHeader.Size <= read; at++)
            {
                if (buffer[at + RecordBatchHeader.MagicAt] != RecordBatchHeader.CurrentMagic)
                    continue;
                RecordBatchHeader header = new(buffer.AsSpan(at));
                if (header.BaseOffset >= _plan.EndOffset && TryReadFitting(start + at, out next))
                    return true;
            }
        }

        next = default;
        return false;
    }

    // A batch that can stand behind what is kept so far, with a hole before it or none.
    private bool TryReadFitting(long position, out RepairCandidate found) =>
        TryReadSound(position, out found)
        && found.BaseOffset >= _plan.EndOffset
        && found.BaseOffset - _plan.BaseOffset <= int.MaxValue
        && Fits(found.NextOffset)
        && found.IsEpochRight(_epochs, _plan.LastEpoch);

    private bool TryReadSound(long position, out RepairCandidate found)
    {
        found = default;
        Span<byte> bytes = stackalloc byte[RecordBatchHeader.Size];
        if (position + bytes.Length > _length || _file.Read(bytes, position) < bytes.Length)
            return false;
        RecordBatchHeader header = new(bytes);
        long size = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        if (header.Magic != RecordBatchHeader.CurrentMagic || size < bytes.Length || position + size > _length)
            return false;

        using BatchWalker walker = new(_file, position, position + size, readBodies: true);
        if (!walker.MoveNext())
            return false;
        found = new RepairCandidate(position, header.BaseOffset, header.NextOffset, header.PartitionLeaderEpoch);
        return true;
    }
}
