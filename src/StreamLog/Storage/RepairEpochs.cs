using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>
/// Decides whether the leader epochs of a damaged log are believed, or the batches that contradict them: neither has a
/// checksum over them.
/// </summary>
/// <remarks>For one thread. One batch that contradicts the file is wrong; where several do, in order, the file
/// is.</remarks>
internal static class RepairEpochs
{
    /// <summary>Returns the epochs to repair by; none where the file is not believed, or there is none.</summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The partition's directory.</param>
    /// <param name="segments">The files of its segments, in order.</param>
    /// <param name="logStart">Where the log begins, or <see langword="null"/> where only the epochs know.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public static LeaderEpochs Choose(
        IFileSystem files, string directory, IReadOnlyList<IFile> segments, long? logStart)
    {
        string path = Path.Combine(directory, LogFileNames.LeaderEpochs);
        LeaderEpochs? epochs = AtomicFile.Read(files, path) is { } content ? LeaderEpochs.Decode(content) : null;
        if (epochs is null)
            return LeaderEpochs.Empty;
        if (AreBelieved(epochs, segments, logStart ?? long.MaxValue))
            return epochs;

        // Recovery builds it anew from the batches. The old one stays for the operator.
        RecoveryCut cut = new(files, directory);
        using (IFile file = files.Open(path, FileOpenMode.OpenRead))
            cut.Keep(file, 0, file.Length, 0);
        files.DeleteFile(path);
        files.SyncDirectory(directory);
        return LeaderEpochs.Empty;
    }

    private static bool AreBelieved(LeaderEpochs epochs, IReadOnlyList<IFile> segments, long logStart)
    {
        int contradictions = 0;
        int before = -1;
        foreach (IFile segment in segments)
        {
            using BatchWalker walker = new(segment, 0, segment.Length, readBodies: true);
            while (walker.MoveNext())
            {
                RecordBatchHeader header = walker.Header;
                int known = epochs.EpochAt(header.LastOffset);
                if (known < 0 && header.LastOffset >= logStart)
                    contradictions += 2; // Epochs begin where the log does.
                if (known < 0)
                    continue;
                if (header.PartitionLeaderEpoch < before)
                    return true; // The batches contradict one another.
                before = header.PartitionLeaderEpoch;
                if (known != before)
                    contradictions++;

                // No batch has two epochs.
                int first = epochs.EpochAt(header.BaseOffset);
                if (first >= 0 && first != known)
                    contradictions += 2;
            }
        }

        return contradictions <= 1;
    }
}
