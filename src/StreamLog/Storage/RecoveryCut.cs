using System.Buffers;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Keeps what is about to be cut out of a log, in <c>.cut</c> files that are never written over.</summary>
/// <remarks>
/// For one thread. The first copy at an offset is <c>OFFSET.cut</c>, the next <c>OFFSET.1.cut</c>, and so on. A copy
/// gets its name once it is whole and on the disk.
/// </remarks>
internal sealed class RecoveryCut
{
    private const int ChunkBytes = 256 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;

    public RecoveryCut(IFileSystem files, string directory)
    {
        _files = files;
        _directory = directory;
    }

    /// <summary>
    /// Copies the bytes of a segment from a position on to a <c>.cut</c> file, if a sound batch is among them.
    /// </summary>
    public bool KeepTail(Segment segment, long position, long offset)
    {
        long length = segment.File.Length;
        if (!HasSoundBatch(segment.File, position, length, offset))
            return false;

        Keep(segment.File, position, length, offset);
        return true;
    }

    /// <summary>Copies a stretch of a file to a <c>.cut</c> file, on the disk when this returns.</summary>
    /// <returns>The path of the copy.</returns>
    /// <exception cref="IOException">The disk failed or is full; no copy is left then.</exception>
    public string Keep(IFile file, long position, long end, long offset)
    {
        string path = FreePathOf(offset);
        string temporary = path + LogFileNames.Temporary;
        try
        {
            using IFile copy = _files.Open(temporary, FileOpenMode.OpenOrCreate);
            copy.SetLength(0);
            Copy(file, position, end, copy);
            copy.DataSync();
        }
        catch (IOException)
        {
            Discard(temporary);
            throw;
        }

        _files.Rename(temporary, path);
        _files.SyncDirectory(_directory);
        return path;
    }

    /// <summary>
    /// Takes a whole segment out of the log: to a <c>.cut</c> file if a sound batch is in it, else away.
    /// </summary>
    public bool KeepSegment(Segment segment)
    {
        string path = segment.File.Path;
        // Whatever offsets it claims: the file may be that of another log, put into the wrong directory.
        bool isKept = HasSoundBatch(segment.File, 0, segment.File.Length, 0);
        segment.Release();
        if (isKept)
            _files.Rename(path, FreePathOf(segment.BaseOffset));
        else
            _files.DeleteFile(path);
        return isKept;
    }

    /// <summary>Deletes indexes and snapshots of what was cut. The caller syncs the directory.</summary>
    public void DeleteFilesAbove(long endOffset, long baseOffset)
    {
        foreach (FileSystemEntry entry in _files.List(_directory))
        {
            bool isStale = LogFileNames.TryParseIndex(entry.Name, out long offset)
                ? offset >= baseOffset
                : LogFileNames.TryParse(entry.Name, LogFileNames.Snapshot, out offset) && offset > endOffset;
            if (isStale)
                _files.DeleteFile(Path.Combine(_directory, entry.Name));
        }
    }

    /// <summary>
    /// Looks at every byte for a sound batch that begins there: behind a torn one nothing says where the next begins.
    /// </summary>
    public static bool HasSoundBatch(IFile file, long position, long length, long offset)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            return HasSoundBatch(file, position, length, offset, buffer);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool HasSoundBatch(IFile file, long position, long length, long offset, byte[] buffer)
    {
        int step = buffer.Length - RecordBatchHeader.Size;
        for (long start = position; start + RecordBatchHeader.Size <= length; start += step)
        {
            int read = file.Read(buffer, start);
            for (int at = 0; at + RecordBatchHeader.Size <= read; at++)
            {
                if (buffer[at + RecordBatchHeader.MagicAt] != RecordBatchHeader.CurrentMagic)
                    continue;
                if (IsSound(file, new RecordBatchHeader(buffer.AsSpan(at)), start + at, length, offset))
                    return true;
            }
        }

        return false;
    }

    private static bool IsSound(IFile file, RecordBatchHeader header, long position, long length, long offset)
    {
        long size = (long)header.BatchLength + RecordBatchHeader.LengthPrefix;
        if (size < RecordBatchHeader.Size || size > length - position || header.BaseOffset < offset)
            return false;
        if (header.LastOffsetDelta < 0)
            return false;

        using BatchWalker walker = new(file, position, position + size, readBodies: true);
        return walker.MoveNext();
    }

    private static void Copy(IFile file, long position, long end, IFile copy)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (long at = position; at < end;)
            {
                int read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
                if (read == 0)
                    break;
                copy.Write(buffer.AsSpan(0, read), at - position);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Half a copy takes up room on a disk that may have none left, and the next start deletes it in any case.
    private void Discard(string temporary)
    {
        try
        {
            _files.DeleteFile(temporary);
        }
        catch (IOException)
        {
        }
    }

    // One that is there already may be all that is left of its records.
    private string FreePathOf(long offset)
    {
        string path = LogFileNames.PathOf(_directory, offset, LogFileNames.Cut);
        for (int number = 1; _files.FileExists(path); number++)
            path = LogFileNames.PathOf(_directory, offset, FormattableString.Invariant($".{number}{LogFileNames.Cut}"));
        return path;
    }
}
