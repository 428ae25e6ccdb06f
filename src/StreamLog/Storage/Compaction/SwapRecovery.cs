using StreamLog.Extensibility;
using StreamLog.Protocol.Records;
using StreamLog.Storage.Files;

namespace StreamLog.Storage.Compaction;

/// <summary>Finishes the swap of segments that a crash has interrupted, or takes back one that had not begun.</summary>
/// <remarks>A step of <see cref="LogRecovery"/>, on its thread, before any segment is opened.</remarks>
internal static class SwapRecovery
{
    /// <summary>Brings a partition's directory in order.</summary>
    /// <param name="recovery">What is known of the log.</param>
    /// <param name="entries">What is in its directory.</param>
    /// <returns>What is in it now.</returns>
    /// <exception cref="StreamLogException">A file that was to take the place of others is corrupt. They are still
    /// there.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static IReadOnlyList<FileSystemEntry> Run(RecoveringLog recovery, IReadOnlyList<FileSystemEntry> entries)
    {
        bool isChanged = false;
        foreach (FileSystemEntry entry in entries)
        {
            if (!LogFileNames.TryParse(entry.Name, LogFileNames.Log + LogFileNames.Swap, out long baseOffset))
                continue;
            Finish(recovery, entries, baseOffset);
            isChanged = true;
        }

        // What no swap has taken up was not finished.
        foreach (FileSystemEntry entry in isChanged ? recovery.Files.List(recovery.Directory) : entries)
        {
            if (!entry.Name.EndsWith(LogFileNames.Cleaned, StringComparison.Ordinal)
                || !LogFileNames.IsOurs(entry.Name))
            {
                continue;
            }

            recovery.Files.DeleteFile(Path.Combine(recovery.Directory, entry.Name));
            isChanged = true;
        }

        return isChanged ? recovery.Files.List(recovery.Directory) : entries;
    }

    private static void Finish(RecoveringLog recovery, IReadOnlyList<FileSystemEntry> entries, long baseOffset)
    {
        HandleCache files = recovery.Files;
        string path = LogFileNames.PathOf(recovery.Directory, baseOffset, LogFileNames.Log);
        long endOffset = FindEnd(recovery, path + LogFileNames.Swap, baseOffset);
        foreach (FileSystemEntry entry in entries)
        {
            foreach (string suffix in LogFileNames.OfSegment)
            {
                if (LogFileNames.TryParse(entry.Name, suffix, out long offset)
                    && offset > baseOffset && offset < endOffset)
                {
                    files.DeleteFile(Path.Combine(recovery.Directory, entry.Name));
                }
            }
        }

        // Where the cleaned index is not there, it has its name already.
        foreach (string suffix in LogFileNames.OfIndexes)
        {
            string index = LogFileNames.PathOf(recovery.Directory, baseOffset, suffix);
            if (files.FileExists(index + LogFileNames.Cleaned))
                files.Rename(index + LogFileNames.Cleaned, index);
        }

        files.SyncDirectory(recovery.Directory);
        files.Rename(path + LogFileNames.Swap, path);
        files.SyncDirectory(recovery.Directory);
    }

    private static long FindEnd(RecoveringLog recovery, string path, long baseOffset)
    {
        using IFile file = recovery.Files.Open(path, FileOpenMode.OpenRead);
        using BatchWalker walker = new(file, 0, file.Length, readBodies: true);
        long end = baseOffset;
        while (walker.MoveNext())
        {
            RecordBatchHeader header = walker.Header;
            if (header.BaseOffset != end)
            {
                throw recovery.Offline(
                    path, walker.Position, end, $"a batch claims offset {header.BaseOffset} where {end} must follow");
            }

            end = header.NextOffset;
        }

        if (walker.Fault is { } fault)
            throw recovery.Offline(path, walker.Position, end, fault);
        return end;
    }
}
