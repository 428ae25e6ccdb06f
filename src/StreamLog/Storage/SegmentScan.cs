using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>What a scan of a segment found: how far it is sound, and what its indexes must hold.</summary>
internal sealed class SegmentScan
{
    // After how many bytes it is told how far a scan has come.
    private const int TellBytes = 4 * 1024 * 1024;

    private readonly List<(int Epoch, long StartOffset)> _epochs = [];

    private SegmentScan(Segment segment, long position, long offset)
    {
        Indexes = new SegmentIndexes(segment.BaseOffset);
        IsWhole = position == 0;
        EndPosition = position;
        UnflushedPosition = position;
        EndOffset = offset;
    }

    /// <summary>Gets whether the scan began at the first byte.</summary>
    public bool IsWhole { get; }

    /// <summary>Gets the indexes of what was scanned.</summary>
    public SegmentIndexes Indexes { get; }

    /// <summary>Gets the epochs in the order in which the batches have them.</summary>
    public IReadOnlyList<(int Epoch, long StartOffset)> Epochs => _epochs;

    /// <summary>Gets the byte behind the last sound batch.</summary>
    public long EndPosition { get; private set; }

    /// <summary>Gets the offset behind the last sound batch.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Gets the byte of the first batch that may not have been flushed.</summary>
    public long UnflushedPosition { get; private set; }

    /// <summary>Gets whether there is a control batch, which may end a transaction.</summary>
    public bool HasMarkers { get; private set; }

    /// <summary>
    /// Gets what is wrong at <see cref="EndPosition"/>, or <see langword="null"/> where the file ends there.
    /// </summary>
    public string? Fault { get; private set; }

    /// <summary>
    /// Gets whether the batch is sound but for its leader epoch. A crash cannot do that: either its header or
    /// <c>leader-epoch-checkpoint</c> was changed.
    /// </summary>
    public bool IsEpochFault { get; private set; }

    /// <summary>Reads all batches from a place on, and stops before the first that is not sound.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="from">The byte at which a batch begins, and the offset that it must have.</param>
    /// <param name="recovery">What is known of the log, and who is told how far the scan has come.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public static SegmentScan Run(Segment segment, (long Position, long Offset) from, RecoveringLog recovery)
    {
        long length = segment.FoundLength;
        long told = from.Position;
        SegmentScan scan = new(segment, from.Position, from.Offset);
        using BatchWalker walker = new(
            segment.File, from.Position, Math.Min(length, Segment.SizeMax), readBodies: true);
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (scan.HasFault(segment, header, recovery.State.Epochs))
                break;

            int epoch = header.PartitionLeaderEpoch;
            if (scan._epochs.Count == 0 || scan._epochs[^1].Epoch != epoch)
                scan._epochs.Add((epoch, header.BaseOffset));
            scan.HasMarkers |= header.IsControl;
            scan.Indexes.Add(header, (int)walker.Position, recovery.State.Config.IndexIntervalBytes);
            if (header.NextOffset <= recovery.FlushedOffset)
                scan.UnflushedPosition = walker.NextPosition;
            scan.EndPosition = walker.NextPosition;
            scan.EndOffset = header.NextOffset;
            if (scan.EndPosition - told < TellBytes)
                continue;
            recovery.Services.Recovery.Scanned(scan.EndPosition - told);
            told = scan.EndPosition;
        }

        // What lies behind a fault counts as looked at.
        recovery.Services.Recovery.Scanned(length - told);
        scan.Fault ??= walker.Fault;
        if (scan.Fault is null && walker.Position < length)
            scan.Fault = "the file is longer than a segment can be";
        return scan;
    }

    private bool HasFault(Segment segment, RecordBatchHeader header, LeaderEpochs epochs)
    {
        if (header.BaseOffset != EndOffset || header.LastOffset - segment.BaseOffset > int.MaxValue)
        {
            Fault = $"a batch claims offset {header.BaseOffset} where {EndOffset} must follow";
            return true;
        }

        int known = epochs.EpochAt(header.LastOffset);
        int before = _epochs.Count == 0 ? -1 : _epochs[^1].Epoch;
        int epoch = header.PartitionLeaderEpoch;
        if ((known >= 0 && epoch != known) || epoch < before)
        {
            Fault = $"a batch claims leader epoch {epoch} where {LogFileNames.LeaderEpochs} and the batches before " +
                $"it say " +
                $"{Math.Max(known, before)}; if the segment is sound, delete the former to have it built anew";
            IsEpochFault = true;
        }

        return IsEpochFault;
    }
}
