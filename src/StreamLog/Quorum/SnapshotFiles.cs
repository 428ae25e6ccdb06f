using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Storage;

namespace StreamLog.Quorum;

/// <summary>The snapshots in the directory of the metadata log.</summary>
/// <remarks>
/// <para>Two are kept, the newest and the one before it, and the log from the end of the older one on. So the state
/// survives the loss of either.</para>
/// <para>Owned by the quorum, for one call at a time.</para>
/// </remarks>
internal sealed partial class SnapshotFiles
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly ILogger _logger;

    /// <summary>The newest snapshot that is known to be sound, because it was read or written here.</summary>
    private SnapshotId? _newest;

    /// <summary>Names the directory.</summary>
    /// <param name="files">The files.</param>
    /// <param name="directory">The directory of the metadata log.</param>
    /// <param name="logger">Where to log.</param>
    public SnapshotFiles(IFileSystem files, string directory, ILogger logger)
    {
        _files = files;
        _directory = directory;
        _logger = logger;
    }

    /// <summary>Gets the newest snapshot that is known to be sound.</summary>
    public SnapshotId? Newest => _newest;

    /// <summary>Deletes what was being written when the node ended.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void DeleteUnfinished()
    {
        foreach (FileSystemEntry entry in _files.List(_directory))
        {
            if (!entry.IsDirectory && entry.Name.EndsWith(SnapshotId.PartialSuffix, StringComparison.Ordinal))
                _files.DeleteFile(Path.Combine(_directory, entry.Name));
        }
    }

    /// <summary>Opens the newest sound snapshot that the log goes on from.</summary>
    /// <param name="logStart">Where the log begins.</param>
    /// <param name="logEnd">Where it ends.</param>
    /// <param name="snapshot">The snapshot that was found; the caller disposes it.</param>
    /// <returns>What it stands for, or <see langword="null"/> where there is none and the log is whole.</returns>
    /// <exception cref="StreamLogException">The log is not whole, and no sound snapshot makes up for it.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public SnapshotId? OpenNewest(long logStart, long logEnd, out SnapshotReader? snapshot)
    {
        string? reason = null;
        foreach (SnapshotId id in FindAll())
        {
            snapshot = OpenSound(id, out string? fault);
            if (fault is null && (id.EndOffset < logStart || id.EndOffset > logEnd))
                fault = $"it ends at offset {id.EndOffset}, and the log has {logStart} to {logEnd}";
            if (fault is null)
            {
                _newest = id;
                return id;
            }

            snapshot?.Dispose();
            Log.Damaged(_logger, PathOf(id), fault);
            reason ??= $"{PathOf(id)} cannot be used: {fault}.";
        }

        snapshot = null;
        if (logStart == 0)
            return null;

        throw new StreamLogException(
            ErrorCode.KafkaStorageError,
            $"The metadata log begins at offset {logStart}, and there is no sound snapshot of what came before. " +
            $"{reason ?? $"There is none in {_directory}."} Restore the data directory from a copy.");
    }

    /// <summary>Writes a snapshot, and deletes those that are neither it nor the one before it.</summary>
    /// <param name="id">What it stands for.</param>
    /// <param name="lastTimestamp">The time of the last batch that it stands for.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Gives up between records.</param>
    /// <returns>The snapshot before it, if that is sound: the log is needed from its end on.</returns>
    /// <exception cref="IOException">The disk failed or is full. The snapshots there are stay.</exception>
    public SnapshotId? Write(
        SnapshotId id,
        long lastTimestamp,
        long now,
        IEnumerable<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken)
    {
        string partial = Path.Combine(_directory, id.PartialFileName);
        long length;
        try
        {
            length = SnapshotWriter.Write(_files, partial, id, lastTimestamp, now, records, cancellationToken);
        }
        catch (Exception exception) when (exception is not FlushFailedException)
        {
            // A full disk has room for the next try, then.
            _files.DeleteFile(partial);
            throw;
        }

        _files.Rename(partial, PathOf(id));
        _files.SyncDirectory(_directory);
        SnapshotId? before = _newest;
        _newest = id;
        Log.Written(_logger, PathOf(id), length);
        return before;
    }

    /// <summary>Deletes the snapshots that nobody needs any more.</summary>
    /// <param name="before">The one before the newest, if that is sound.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public void DeleteOthers(SnapshotId? before)
    {
        foreach (SnapshotId id in FindAll())
        {
            if (id != _newest && id != before)
                _files.DeleteFile(PathOf(id));
        }
    }

    // The newest first.
    private List<SnapshotId> FindAll()
    {
        List<SnapshotId> found = [];
        foreach (FileSystemEntry entry in _files.List(_directory))
        {
            if (!entry.IsDirectory && SnapshotId.TryParse(entry.Name, out SnapshotId id))
                found.Add(id);
        }

        found.Sort(static (left, right) => right.CompareTo(left));
        return found;
    }

    // One that the disk does not give back is as good as a damaged one.
    private SnapshotReader? OpenSound(SnapshotId id, out string? fault)
    {
        SnapshotReader? snapshot = null;
        try
        {
            snapshot = SnapshotReader.Open(_files, PathOf(id), id);
            fault = snapshot.FindFault();
            return snapshot;
        }
        catch (Exception exception) when (DiskErrors.IsOfDisk(exception))
        {
            snapshot?.Dispose();
            fault = exception.Message;
            return null;
        }
    }

    private string PathOf(SnapshotId id) => Path.Combine(_directory, id.FileName);
}
