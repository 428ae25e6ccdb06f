using StreamLog.Cli.Files;

namespace StreamLog.Cli.Dumping;

/// <summary>Dumps files of a data directory, whatever they are.</summary>
/// <remarks>Owned by one command. For one thread.</remarks>
internal sealed class FileDump
{
    private readonly DumpOutput _output;
    private readonly BatchDump _batches;

    /// <summary>Creates a dump.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="isDeep">Whether the records within batches are dumped too.</param>
    public FileDump(DumpOutput output, bool isDeep)
    {
        _output = output;
        _batches = new BatchDump(output, isDeep);
    }

    /// <summary>Dumps one file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="CommandFailure">Its name says nothing.</exception>
    public void Dump(string path, CancellationToken cancellationToken)
    {
        LogFileName name = LogFileName.Parse(Path.GetFileName(path));
        if (name.Kind == LogFileKind.Unknown)
        {
            throw new CommandFailure(
                $"'{path}' has no name of a file that StreamLog or Kafka writes, so nobody can say what it is.");
        }

        _output.Begin(path);
        if (name.Kind == LogFileKind.Batches)
        {
            string directory = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))!);
            string topic = LogFileName.TryParseDirectory(directory, out TopicPartition partition)
                ? partition.Topic
                : "";
            _batches.Dump(path, topic, cancellationToken);
            return;
        }

        Dump(name, ReadOnlyDisk.ReadAll(path));
    }

    /// <summary>Dumps all files in a directory, and below it, that are known.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>How many there were.</returns>
    public int DumpAll(string directory, CancellationToken cancellationToken)
    {
        int count = 0;
        foreach (string name in ReadOnlyDisk.ListFiles(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LogFileName.Parse(name).Kind == LogFileKind.Unknown)
                continue;
            Dump(Path.Combine(directory, name), cancellationToken);
            count++;
        }

        foreach (string name in ReadOnlyDisk.ListDirectories(directory))
            count += DumpAll(Path.Combine(directory, name), cancellationToken);
        return count;
    }

    private void Dump(LogFileName name, byte[] content)
    {
        switch (name.Kind)
        {
            case LogFileKind.OffsetIndex:
                Write("index", IndexFiles.ReadOffsets(content, name.Offset),
                    entry => $"offset {entry.Offset} in the batch at byte {entry.Position}");
                break;
            case LogFileKind.TimeIndex:
                Write("timeindex", IndexFiles.ReadTimes(content, name.Offset),
                    entry => $"{Quantities.FormatTime(entry.Timestamp)} reached by offset {entry.Offset}");
                break;
            case LogFileKind.TransactionIndex:
                Write("txnindex", IndexFiles.ReadAborted(content), entry =>
                    $"producer {entry.ProducerId} aborted offsets {entry.FirstOffset} to {entry.LastOffset}, "
                    + $"stable up to {entry.LastStableOffset}");
                break;
            case LogFileKind.ProducerSnapshot:
                Write("snapshot", IndexFiles.ReadProducers(content), entry =>
                    $"producer {entry.ProducerId} epoch {entry.ProducerEpoch}: last sequence {entry.LastSequence} at "
                    + $"offset {entry.LastOffset}, transaction from {entry.TransactionFirstOffset}");
                break;
            case LogFileKind.Epochs:
                Write("epoch", CheckpointFiles.ReadEpochs(content),
                    entry => $"epoch {entry.Epoch} from offset {entry.StartOffset}");
                break;
            case LogFileKind.Offsets:
                Write("checkpoint", CheckpointFiles.ReadOffsets(content),
                    entry => $"{entry.Topic}-{entry.Partition}: {entry.Value}");
                break;
            case LogFileKind.FlushMarks:
                Write("flushMark", IndexFiles.ReadMarks(content), entry => entry.Offset < 0
                    ? $"{entry.TopicId}-{entry.Partition}: deleted"
                    : $"{entry.TopicId}-{entry.Partition}: flushed to offset {entry.Offset}, byte {entry.Position} of "
                        + $"segment {entry.SegmentBaseOffset}");
                break;
            default:
                foreach (string line in System.Text.Encoding.UTF8.GetString(content).TrimEnd().Split('\n'))
                    _output.Entry("line", line, line);
                break;
        }
    }

    private void Write<T>(string kind, FileContent<T> content, Func<T, string> describe)
        where T : class
    {
        foreach (T entry in content.Entries)
            _output.Entry(kind, describe(entry), entry);
        if (content.Fault is { } fault)
            _output.Fault(fault);
    }
}
