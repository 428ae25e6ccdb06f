using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>What is known so far of a log that is being opened. The steps of its recovery share it.</summary>
/// <remarks>Made by <see cref="LogRecovery"/>, and used on its one thread.</remarks>
internal sealed partial class RecoveringLog
{
    public RecoveringLog(LogServices services, LogState log, bool wasClean)
    {
        Services = services;
        State = log;
        WasClean = wasClean;
        (RecoveryPoint, LogStart, HighWatermark) = services.Checkpoints.Get(log.Partition);
        FlushedOffset = RecoveryPoint;
        HasMark = services.Marks.TryGet(log.TopicId, log.Partition.Partition, out FlushMark mark);
        if (HasMark)
            FlushedOffset = Math.Max(FlushedOffset, mark.Offset);
        Mark = mark;
    }

    public LogServices Services { get; }

    public HandleCache Files => Services.Files;

    public LogState State { get; }

    public string Directory => State.Directory;

    /// <summary>Gets whether the data directory was stopped in order.</summary>
    public bool WasClean { get; }

    /// <summary>Gets how far the checkpoint says that the log had been flushed.</summary>
    public long RecoveryPoint { get; }

    /// <summary>Gets where the checkpoint says that the log began.</summary>
    public long LogStart { get; }

    /// <summary>Gets what the checkpoint says of the high watermark.</summary>
    public long HighWatermark { get; }

    /// <summary>Gets whether a flush mark was found.</summary>
    public bool HasMark { get; }

    /// <summary>Gets the last flush mark, or one of zeros.</summary>
    public FlushMark Mark { get; }

    /// <summary>
    /// Gets how far the log had been flushed, as the recovery point and the mark know it: below, nothing is a torn
    /// tail.
    /// </summary>
    public long FlushedOffset { get; }

    /// <summary>Gets what was found in the directory.</summary>
    public IReadOnlyList<FileSystemEntry> Entries { get; set; } = [];

    /// <summary>Gets the segments, sorted by base offset.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>Gets the segments that were scanned and hold what may not have been flushed.</summary>
    public List<ScannedSegment> Unflushed { get; } = [];

    /// <summary>Log the reason for which the log is not opened.</summary>
    public StreamLogException Offline(string path, long position, long offset, string fault) =>
        SegmentCorruption.Offline(State.Partition, path, position, offset, FlushedOffset, fault);

    /// <summary>
    /// Writes what only helps the next start: what is in the log can be read although the disk is full.
    /// </summary>
    public void WriteIfThereIsRoom(Action write)
    {
        try
        {
            write();
        }
        catch (IOException error) when (error is not FlushFailedException && StorageErrors.IsDiskFull(error))
        {
            Log.NotWritten(Services.Logger, Directory, error.Message);
        }
    }
}
