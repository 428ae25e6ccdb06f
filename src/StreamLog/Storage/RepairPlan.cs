using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>What is to become of one segment: the pieces that it will hold, and what is cut out.</summary>
/// <remarks>For one thread. Made by <see cref="RepairScan"/>, carried out by <see cref="SegmentRewrite"/>.</remarks>
internal sealed class RepairPlan
{
    private readonly List<RepairPiece> _pieces = [];
    private readonly List<LostRecords> _lost = [];

    /// <summary>Creates an empty plan.</summary>
    /// <param name="baseOffset">The offset that names the segment.</param>
    /// <param name="path">Its path.</param>
    /// <param name="file">Its file, or <see langword="null"/> where it is to be created.</param>
    /// <param name="epochBefore">The epoch of the batch before the segment, or -1.</param>
    public RepairPlan(long baseOffset, string path, IFile? file, int epochBefore)
    {
        LastEpoch = epochBefore;
        BaseOffset = baseOffset;
        Path = path;
        File = file;
        EndOffset = baseOffset;
    }

    public long BaseOffset { get; }

    public string Path { get; }

    public IFile? File { get; }

    public IReadOnlyList<RepairPiece> Pieces => _pieces;

    /// <summary>Gets what is cut out. The copies are not made yet.</summary>
    public IReadOnlyList<LostRecords> Lost => _lost;

    /// <summary>Gets the offset behind the last piece.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Gets the epoch of the last batch so far, or -1.</summary>
    public int LastEpoch { get; private set; }

    public int MendedBatches { get; private set; }

    public bool IsChanged => _lost.Count > 0 || MendedBatches > 0 || File is null;

    /// <summary>Keeps a batch as it is.</summary>
    public void Keep(long position, RecordBatchHeader header)
    {
        RepairPiece last = _pieces.Count == 0 ? default : _pieces[^1];
        if (_pieces.Count > 0 && !last.IsNew && !last.IsStamped && last.Position + last.Length == position)
            _pieces[^1] = last with { Length = last.Length + header.SizeInBytes };
        else
            _pieces.Add(new RepairPiece(position, header.SizeInBytes, 0, 0, 0, IsStamped: false));
        Advance(header.NextOffset, header.PartitionLeaderEpoch);
    }

    /// <summary>Keeps a batch, and sets its offset and epoch right.</summary>
    public void Mend(long position, RecordBatchHeader header, long baseOffset, int leaderEpoch)
    {
        _pieces.Add(new RepairPiece(position, header.SizeInBytes, baseOffset, 0, leaderEpoch, IsStamped: true));
        MendedBatches++;
        Advance(baseOffset + header.LastOffsetDelta + 1, leaderEpoch);
    }

    /// <summary>Notes that a stretch of the file goes, and how many offsets with it.</summary>
    public void Remove(long position, long end, long offsetCount, string fault) => _lost.Add(new LostRecords
    {
        File = Path,
        Position = position,
        Bytes = end - position,
        FirstOffset = EndOffset,
        OffsetCount = offsetCount,
        Fault = fault,
    });

    /// <summary>
    /// Puts batches without records in the place of offsets that are lost, one for each leader epoch, as far as offsets
    /// of one segment go: 31 bits.
    /// </summary>
    /// <param name="end">The offset behind them.</param>
    /// <param name="epochs">Where epochs begin.</param>
    public void Fill(long end, LeaderEpochs epochs)
    {
        long furthest = Math.Min(end, BaseOffset + int.MaxValue);
        while (EndOffset < furthest)
        {
            long start = EndOffset;
            int known = epochs.EpochAt(start);
            int epoch = known >= 0 ? known : Math.Max(LastEpoch, 0);
            long next = furthest;
            foreach ((int _, long startOffset) in epochs.Entries)
            {
                if (startOffset > start && startOffset < next)
                    next = startOffset;
            }

            _pieces.Add(new RepairPiece(-1, RecordBatchHeader.Size, start, next - 1, epoch, IsStamped: false));
            Advance(next, epoch);
        }
    }

    private void Advance(long endOffset, int epoch)
    {
        EndOffset = endOffset;
        LastEpoch = epoch;
    }
}
