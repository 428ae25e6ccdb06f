using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Storage.Compaction;

namespace StreamLog.Storage;

/// <summary>Carries out the plan for one segment, so that a crash leaves the old file or the new one.</summary>
/// <remarks>
/// For one thread; the log is closed. The order: copies of what is cut out, the new file beside the old one, both on
/// the disk; then the indexes of the old one go, and the new file takes its name.
/// </remarks>
internal sealed class SegmentRewrite
{
    private const int ChunkBytes = 256 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly RecoveryCut _cut;
    private readonly byte[] _buffer = new byte[ChunkBytes];

    public SegmentRewrite(IFileSystem files, string directory)
    {
        _files = files;
        _directory = directory;
        _cut = new RecoveryCut(files, directory);
    }

    /// <summary>Rewrites a segment.</summary>
    /// <param name="plan">What is to become of it.</param>
    /// <param name="beforeSwap">What has to be on the disk before the new file takes the place of the old one.</param>
    /// <returns>What was cut out, with the paths of the copies.</returns>
    /// <exception cref="IOException">The disk failed or is full; the old file stands.</exception>
    public List<LostRecords> Run(RepairPlan plan, Action beforeSwap)
    {
        List<LostRecords> lost = [];
        foreach (LostRecords stretch in plan.Lost)
        {
            string? copy = stretch.Bytes == 0 ? null : _cut.Keep(
                plan.File!, stretch.Position, stretch.Position + stretch.Bytes, stretch.FirstOffset);
            lost.Add(stretch with { Copy = copy });
        }

        string temporary = plan.Path + LogFileNames.Temporary;
        try
        {
            Write(plan, temporary);
        }
        catch (IOException)
        {
            _files.DeleteFile(temporary);
            throw;
        }

        beforeSwap();
        foreach (string suffix in LogFileNames.OfIndexes)
            _files.DeleteFile(LogFileNames.PathOf(_directory, plan.BaseOffset, suffix));
        _files.SyncDirectory(_directory);
        _files.Rename(temporary, plan.Path);
        _files.SyncDirectory(_directory);
        return lost;
    }

    private void Write(RepairPlan plan, string path)
    {
        using IFile target = _files.Open(path, FileOpenMode.OpenOrCreate);
        target.SetLength(0);
        long at = 0;
        foreach (RepairPiece piece in plan.Pieces)
        {
            if (piece.IsNew)
                WriteEmpty(target, at, piece);
            else
                Copy(plan.File!, piece, target, at);
            at += piece.Length;
        }

        Check(target, plan, at);
        target.DataSync();
    }

    private void WriteEmpty(IFile target, long at, in RepairPiece piece)
    {
        Span<byte> batch = _buffer.AsSpan(0, RecordBatchHeader.Size);
        FillerBatch.Write(batch, piece.BaseOffset, piece.LastOffset, piece.LeaderEpoch);
        target.Write(batch, at);
    }

    private void Copy(IFile source, in RepairPiece piece, IFile target, long at)
    {
        for (long done = 0; done < piece.Length;)
        {
            Span<byte> chunk = _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, piece.Length - done));
            if (source.Read(chunk, piece.Position + done) < chunk.Length)
                throw new IOException($"{source.Path} became shorter while it was repaired.");
            if (piece.IsStamped && done == 0)
                RecordBatchHeader.Stamp(chunk, piece.BaseOffset, piece.LeaderEpoch);
            target.Write(chunk, at + done);
            done += chunk.Length;
        }
    }

    // The disk that is repaired from has lied before.
    private static void Check(IFile target, RepairPlan plan, long length)
    {
        long end = plan.BaseOffset;
        using BatchWalker walker = new(target, 0, length, readBodies: true);
        while (walker.MoveNext())
            end = walker.Header.NextOffset;
        if (walker.Fault is not null || end != plan.EndOffset)
        {
            throw new IOException(
                $"{target.Path} is not what was to be written: {walker.Fault ?? $"it ends at offset {end}"}.");
        }
    }
}
