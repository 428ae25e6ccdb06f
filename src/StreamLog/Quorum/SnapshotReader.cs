using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Storage;

namespace StreamLog.Quorum;

/// <summary>Reads one snapshot, and believes none of it before all of it was checked.</summary>
/// <remarks>For one thread. It owns its file.</remarks>
internal sealed class SnapshotReader : IDisposable
{
    private readonly IFile _file;
    private readonly SnapshotId _id;

    private SnapshotReader(IFile file, SnapshotId id)
    {
        _file = file;
        _id = id;
    }

    /// <summary>Gets the number of bytes.</summary>
    public long SizeInBytes => _file.Length;

    /// <summary>Opens a snapshot.</summary>
    /// <param name="files">The files.</param>
    /// <param name="path">Its path.</param>
    /// <param name="id">What its name says.</param>
    /// <returns>The reader.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public static SnapshotReader Open(IFileSystem files, string path, SnapshotId id) =>
        new(files.Open(path, FileOpenMode.OpenRead), id);

    /// <summary>Goes through all of it: header, footer, checksums, and what no checksum covers.</summary>
    /// <returns>What is wrong and at which byte, or <see langword="null"/>.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public string? FindFault()
    {
        using BatchWalker walker = new(_file, 0, _file.Length, readBodies: true);
        long offset = 0;
        bool isEnded = false;
        while (walker.MoveNext())
        {
            string? fault = isEnded ? "something follows its footer" : FindFault(walker, offset, out isEnded);
            if (fault is not null)
                return $"at byte {walker.Position}, {fault}";

            offset = walker.Header.NextOffset;
        }

        if (walker.Fault is { } end)
            return $"at byte {walker.Position}, {end}";

        return isEnded ? null : $"it ends at byte {walker.Position} without a footer";
    }

    /// <summary>Goes through the records, once they were checked. The bytes of one are gone with the next.</summary>
    /// <returns>The records.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public IEnumerable<ReadOnlyMemory<byte>> ReadRecords()
    {
        using BatchWalker walker = new(_file, 0, _file.Length, readBodies: true);
        List<ReadOnlyMemory<byte>> records = [];
        while (walker.MoveNext())
        {
            if (walker.Header.IsControl)
                continue;

            CopyRecords(walker.Batch, records);
            foreach (ReadOnlyMemory<byte> record in records)
                yield return record;

            records.Clear();
        }

        if (walker.Fault is { } fault)
            throw new IOException($"A snapshot has changed while it was read: at byte {walker.Position}, {fault}.");
    }

    /// <summary>Copies the values out of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="records">Where they go.</param>
    public static void CopyRecords(ReadOnlySpan<byte> batch, List<ReadOnlyMemory<byte>> records)
    {
        using RecordReader reader = new(batch);
        while (reader.MoveNext())
            records.Add(reader.Current.Value.ToArray());
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Offsets and epoch lie outside of the checksum, so they are checked against what they must be.
    private string? FindFault(BatchWalker walker, long offset, out bool isFooter)
    {
        isFooter = false;
        RecordBatchHeader header = walker.Header;
        if (header.BaseOffset != offset)
            return $"a batch claims offset {header.BaseOffset} where {offset} must follow";
        if (header.PartitionLeaderEpoch != _id.Epoch)
            return $"a batch claims epoch {header.PartitionLeaderEpoch}, and its name says {_id.Epoch}";

        try
        {
            ControlRecordType? type = CheckRecords(walker.Batch, header.IsControl);
            isFooter = type == ControlRecordType.SnapshotFooter;
            return (type == ControlRecordType.SnapshotHeader) == (offset == 0)
                ? null
                : "its header is missing, or is not its first batch";
        }
        catch (StreamLogException corrupt)
        {
            return corrupt.Message;
        }
    }

    private static ControlRecordType? CheckRecords(ReadOnlySpan<byte> batch, bool isControl)
    {
        ControlRecordType? type = null;
        using RecordReader reader = new(batch);
        while (reader.MoveNext())
        {
            // A header may be followed by the version of the protocol and the voters, in the same batch.
            if (isControl)
                type ??= ControlRecords.ReadType(reader.Current);
        }

        return type;
    }
}
