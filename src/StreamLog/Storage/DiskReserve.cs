using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>
/// Holds some room on the disk, in <c>streamlog.reserve</c>, for what must be written on a full one so that it gets
/// room again: the note that records are to be deleted.
/// </summary>
/// <remarks>
/// Owned by the directory. Thread-safe. The file's bytes mean nothing. It is deleted when the room is needed, and made
/// again once there is plenty. Without it, on a disk that was full from the start, all is as it would be otherwise.
/// </remarks>
internal sealed partial class DiskReserve
{
    public const string FileName = "streamlog.reserve";

    private const int ChunkBytes = 1024 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _path;
    private readonly long _bytes;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private bool _isHeld;

    public DiskReserve(IFileSystem files, string directory, long bytes, ILogger logger)
    {
        _files = files;
        _directory = directory;
        _path = Path.Combine(directory, FileName);
        _bytes = bytes;
        _logger = logger;
        _isHeld = bytes > 0 && files.FileExists(_path) && LengthOf(files, _path) == bytes;
        if (!_isHeld)
            files.DeleteFile(_path); // Of another size, or half made by an earlier start.
        Restore();
    }

    /// <summary>Writes, and once more with the room that is set aside where the disk is full.</summary>
    /// <param name="write">What to write; it leaves things as they were where it fails for want of room.</param>
    /// <returns>Whether the disk was full.</returns>
    /// <exception cref="IOException">The disk failed, or is full all the same.</exception>
    public bool Write(Action write)
    {
        try
        {
            write();
            return false;
        }
        catch (IOException error) when (IsFull(error) && TryRelease())
        {
            write();
            return true;
        }
    }

    /// <summary>Gives the room free for whoever writes next.</summary>
    /// <returns><see langword="false"/> where there was none.</returns>
    public bool TryRelease()
    {
        lock (_gate)
        {
            if (!_isHeld)
                return false;
            _isHeld = false;
            _files.DeleteFile(_path);
            Log.Released(_logger, _directory, _bytes);
            return true;
        }
    }

    /// <summary>Sets the room aside again, where it is not and there is plenty.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            if (_isHeld || _bytes <= 0)
                return;
            try
            {
                // Twice as much: what has just become free is not taken away at once.
                if (_files.AvailableBytes(_directory) < 2 * _bytes)
                    return;
                Fill();
                _isHeld = true;
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                Log.NotHeld(_logger, _directory, error.Message);
            }
        }
    }

    // Written, because a length alone holds no room on many file systems.
    private void Fill()
    {
        using IFile file = _files.Open(_path, FileOpenMode.OpenOrCreate);
        byte[] zeros = new byte[(int)Math.Min(_bytes, ChunkBytes)];
        for (long position = 0; position < _bytes; position += zeros.Length)
            file.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, _bytes - position)), position);
    }

    private static long LengthOf(IFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.OpenRead);
        return file.Length;
    }

    private static bool IsFull(IOException error) =>
        error is not FlushFailedException && DiskErrors.CodeOf(error) == ErrorCode.StorageFull;
}
