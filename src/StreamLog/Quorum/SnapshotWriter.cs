using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Protocol.Wire;

namespace StreamLog.Quorum;

/// <summary>Writes one snapshot, batch by batch, into a file that nobody reads before it is whole.</summary>
/// <remarks>
/// For one thread. Kafka's form: record batches with offsets from 0 and the epoch of the snapshot; the first one holds
/// the header, the last one the footer, and the records of the metadata stand between.
/// </remarks>
internal sealed class SnapshotWriter : IDisposable
{
    // So much is in memory at once. Kafka reads batches of up to 8 MiB.
    private const int BatchBytesMax = 1024 * 1024;

    private const short MessageVersion = 0;

    private readonly IFile _file;
    private readonly SnapshotId _id;
    private readonly long _timestamp;
    private readonly RecordBatchBuilder _builder = new(BatchBytesMax);
    private long _position;
    private long _offset;

    private SnapshotWriter(IFile file, SnapshotId id, long timestamp)
    {
        _file = file;
        _id = id;
        _timestamp = timestamp;
    }

    /// <summary>Writes the file of a snapshot, and forces it to the disk.</summary>
    /// <param name="files">The files.</param>
    /// <param name="path">Where it goes. The caller gives it its name.</param>
    /// <param name="id">What it stands for.</param>
    /// <param name="lastTimestamp">The time of the last batch that it stands for.</param>
    /// <param name="now">The time, in Unix milliseconds.</param>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Gives up between records.</param>
    /// <returns>The number of bytes.</returns>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static long Write(
        IFileSystem files,
        string path,
        SnapshotId id,
        long lastTimestamp,
        long now,
        IEnumerable<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken)
    {
        using SnapshotWriter writer = new(files.Open(path, FileOpenMode.OpenOrCreate), id, now);
        writer._file.SetLength(0);
        writer.AppendHeader(lastTimestamp);
        foreach (ReadOnlyMemory<byte> record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Append(record.Span);
        }

        writer.AppendOpenBatch();
        writer.AppendFooter();
        writer._file.DataSync();
        return writer._position;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _builder.Dispose();
        _file.Dispose();
    }

    private void Append(ReadOnlySpan<byte> record)
    {
        if (TryAppend(record))
            return;

        AppendOpenBatch();
        TryAppend(record); // One record is always taken.
    }

    private bool TryAppend(ReadOnlySpan<byte> record) =>
        _builder.TryAppend(_timestamp, key: default, hasKey: false, record, hasValue: true, headers: null);

    private void AppendOpenBatch()
    {
        if (!_builder.IsEmpty)
            Append(_builder.Build());
    }

    private void AppendHeader(long lastTimestamp)
    {
        SnapshotHeaderRecord message = new()
        {
            Version = MessageVersion,
            LastContainedLogTimestamp = lastTimestamp,
        };
        WireWriter writer = new(64);
        try
        {
            message.Write(ref writer, MessageVersion);
            Append(ControlRecords.BuildSnapshotHeader(writer.Written, _timestamp));
        }
        finally
        {
            writer.Dispose();
        }
    }

    private void AppendFooter()
    {
        SnapshotFooterRecord message = new() { Version = MessageVersion };
        WireWriter writer = new(64);
        try
        {
            message.Write(ref writer, MessageVersion);
            Append(ControlRecords.BuildSnapshotFooter(writer.Written, _timestamp));
        }
        finally
        {
            writer.Dispose();
        }
    }

    private void Append(RecordBuffer batch)
    {
        using (batch)
        {
            RecordBatchHeader.Stamp(batch.WritableMemory.Span, _offset, _id.Epoch);
            _offset = new RecordBatchHeader(batch.Span).NextOffset;
            _file.Write(batch.Span, _position);
            _position += batch.Length;
        }
    }
}
