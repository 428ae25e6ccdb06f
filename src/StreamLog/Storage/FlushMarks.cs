using System.Buffers.Binary;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// How far each partition of a directory has been flushed, noted after each flush in <c>streamlog.flush-marks</c>.
/// </summary>
/// <remarks>
/// <para>
/// The file tells recovery what had been acknowledged: below a mark nothing is a torn tail. It is appended to and not
/// flushed each time, so a crash may lose the newest marks, and torn slots are passed over; the last sound mark of a
/// partition counts. A mark is one slot that lies within one sector:
/// </para>
/// <code>
///  0  Magic              u32
///  4  TopicId            16 bytes, as Kafka writes ids
/// 20  Partition          i32
/// 24  Offset             i64
/// 32  SegmentBaseOffset  i64
/// 40  Position           i64
/// 48  zeros              12 bytes
/// 60  Crc                u32  CRC-32C of all before it
/// </code>
/// <para>Thread-safe. Callers may hold a log's gate for none of it but <see cref="TryGet"/>.</para>
/// </remarks>
internal sealed class FlushMarks : IDisposable
{
    public const string FileName = "streamlog.flush-marks";

    private const int SlotSize = 64;
    private const int CrcAt = 60;
    private const uint Magic = 0x534C464D; // "SLFM"

    // In place of an offset: the partition was deleted, and earlier marks of it mean nothing.
    private const long Forgotten = -1;

    // Above it the file is written anew with the last marks alone, when recovery points are.
    private const long BytesMax = 256 * 1024;

    private readonly IFileSystem _files;
    private readonly string _path;

    // Taken before _gate, by whoever forces the file to disk or replaces it.
    private readonly Lock _syncGate = new();

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<(Guid TopicId, int Partition), FlushMark> _last = [];
    private readonly byte[] _slot = new byte[SlotSize];
    private IFile _file;
    private long _length;
    private bool _isDirty;
    private bool _isDisposed;

    private FlushMarks(IFileSystem files, string path, IFile file)
    {
        _files = files;
        _path = path;
        _file = file;
    }

    /// <summary>Opens the file, or creates it. The caller syncs the directory.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static FlushMarks Open(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, FileName);
        byte[] content = AtomicFile.Read(files, path) ?? [];
        FlushMarks marks = new(files, path, files.Open(path, FileOpenMode.OpenOrCreate));
        for (int at = 0; at + SlotSize <= content.Length; at += SlotSize)
        {
            if (!TryRead(content.AsSpan(at, SlotSize), out FlushMark mark))
                continue;
            if (mark.Offset == Forgotten)
                marks._last.Remove((mark.TopicId, mark.Partition));
            else
                marks._last[(mark.TopicId, mark.Partition)] = mark;
        }

        marks._length = content.Length / SlotSize * SlotSize;
        return marks;
    }

    /// <summary>Finds the last mark of a partition.</summary>
    public bool TryGet(Guid topicId, int partition, out FlushMark mark)
    {
        lock (_gate)
            return _last.TryGetValue((topicId, partition), out mark);
    }

    /// <summary>Notes that a partition has been flushed.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Append(in FlushMark mark)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            Write(_slot, mark);
            _file.Write(_slot, _length);
            _length += SlotSize;
            _last[(mark.TopicId, mark.Partition)] = mark;
            _isDirty = true;
        }
    }

    /// <summary>Forces the marks to disk.</summary>
    /// <exception cref="FlushFailedException">The disk refused: the directory is done with.</exception>
    public void Sync()
    {
        lock (_syncGate)
        {
            lock (_gate)
            {
                if (!_isDirty || _isDisposed)
                    return;
                _isDirty = false;
            }

            try
            {
                _file.DataSync(); // Appends go on meanwhile.
            }
            catch
            {
                // Whoever comes next, to lower a mark say, must not take the marks for flushed.
                lock (_gate)
                    _isDirty = true;
                throw;
            }
        }
    }

    /// <summary>Lowers a partition's mark durably, before its log is cut there.</summary>
    public void Lower(in FlushMark mark)
    {
        if (!TryGet(mark.TopicId, mark.Partition, out FlushMark last) || last.Offset <= mark.Offset)
            return;
        Append(mark);
        Sync();
    }

    /// <summary>Forgets a partition that is deleted. Where that cannot be noted, it is only kept for longer.</summary>
    public void Forget(Guid topicId, int partition)
    {
        lock (_gate)
        {
            if (!_last.Remove((topicId, partition)) || _isDisposed)
                return;
            try
            {
                Write(_slot, new FlushMark(topicId, partition, Forgotten, 0, 0));
                _file.Write(_slot, _length);
                _length += SlotSize;
                _isDirty = true;
            }
            catch (IOException error) when (error is not FlushFailedException)
            {
                // A disk that is full is no reason to keep the partition, whose end may make room.
            }
        }
    }

    /// <summary>Forgets the partitions of topics that were deleted, but for those that are forgotten already.</summary>
    public void Forget(IReadOnlySet<Guid> topicIds)
    {
        (Guid TopicId, int Partition)[] gone;
        lock (_gate)
            gone = [.. _last.Keys.Where(key => topicIds.Contains(key.TopicId))];
        foreach ((Guid topicId, int partition) in gone)
            Forget(topicId, partition);
    }

    /// <summary>Writes the file anew, with the last marks alone, where it has grown long.</summary>
    /// <exception cref="IOException">The disk failed or is full; the old file stands.</exception>
    public void Compact()
    {
        lock (_syncGate)
            lock (_gate)
            {
                if (_isDisposed || _length <= Math.Max(BytesMax, 2L * _last.Count * SlotSize))
                    return;

                byte[] content = new byte[_last.Count * SlotSize];
                int at = 0;
                foreach (FlushMark mark in _last.Values)
                {
                    Write(content.AsSpan(at, SlotSize), mark);
                    at += SlotSize;
                }

                // The new file is open before it takes the old one's name: one that could not be opened afterwards
                // would leave the marks in a file without a name.
                IFile next = WriteAnew(content);
                _file.Dispose();
                _file = next;
                _length = content.Length;
                _isDirty = false;
                _files.SyncDirectory(Path.GetDirectoryName(_path)!);
            }
    }

    private IFile WriteAnew(byte[] content)
    {
        string temporary = _path + LogFileNames.Temporary;
        IFile next = _files.Open(temporary, FileOpenMode.OpenOrCreate);
        try
        {
            next.SetLength(0);
            next.Write(content, 0);
            next.DataSync();
            _files.Rename(temporary, _path);
            return next;
        }
        catch
        {
            next.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        lock (_syncGate)
            lock (_gate)
            {
                _isDisposed = true;
                _file.Dispose();
            }
    }

    private static void Write(Span<byte> slot, in FlushMark mark)
    {
        slot.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(slot, Magic);
        bool isWritten = mark.TopicId.TryWriteBytes(slot[4..], bigEndian: true, out _);
        Invariant.Holds(isWritten);
        BinaryPrimitives.WriteInt32BigEndian(slot[20..], mark.Partition);
        BinaryPrimitives.WriteInt64BigEndian(slot[24..], mark.Offset);
        BinaryPrimitives.WriteInt64BigEndian(slot[32..], mark.SegmentBaseOffset);
        BinaryPrimitives.WriteInt64BigEndian(slot[40..], mark.Position);
        BinaryPrimitives.WriteUInt32BigEndian(slot[CrcAt..], Crc32C.Compute(slot[..CrcAt]));
    }

    private static bool TryRead(ReadOnlySpan<byte> slot, out FlushMark mark)
    {
        mark = new FlushMark(
            new Guid(slot.Slice(4, 16), bigEndian: true),
            BinaryPrimitives.ReadInt32BigEndian(slot[20..]),
            BinaryPrimitives.ReadInt64BigEndian(slot[24..]),
            BinaryPrimitives.ReadInt64BigEndian(slot[32..]),
            BinaryPrimitives.ReadInt64BigEndian(slot[40..]));
        return BinaryPrimitives.ReadUInt32BigEndian(slot) == Magic
            && BinaryPrimitives.ReadUInt32BigEndian(slot[CrcAt..]) == Crc32C.Compute(slot[..CrcAt]);
    }
}
