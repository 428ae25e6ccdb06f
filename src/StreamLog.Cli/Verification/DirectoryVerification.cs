using StreamLog.Cli.Files;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Verification;

/// <summary>Verifies a data directory from outside: it reads, and changes nothing.</summary>
/// <remarks>
/// Owned by one command. For one thread. It shares no code with the engine but the arithmetic of batches, so that what
/// one of them gets wrong the other sees.
/// </remarks>
internal sealed class DirectoryVerification
{
    private readonly string _path;
    private readonly Findings _findings;
    private readonly Dictionary<(Guid TopicId, int Partition), FlushMarkEntry> _marks = [];

    public DirectoryVerification(string path)
    {
        _path = path;
        _findings = new Findings(path);
    }

    /// <summary>Gets whether records are read too, and not their checksums alone.</summary>
    public bool IsDeep { get; init; }

    /// <summary>Gets how many partitions there are.</summary>
    public int PartitionCount { get; private set; }

    /// <summary>Gets how many bytes of segments were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Verifies everything.</summary>
    /// <param name="progress">Told how many bytes of how many are read.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>What was found.</returns>
    public IReadOnlyList<Finding> Run(Action<long, long> progress, CancellationToken cancellationToken)
    {
        VerifySmallFiles();
        bool wasStoppedInOrder = ReadOnlyDisk.FileExists(Path.Combine(_path, ".kafka_cleanshutdown"));
        List<(TopicPartition Name, PartitionVerification Verification)> partitions = [];
        foreach (string name in ReadOnlyDisk.ListDirectories(_path))
        {
            if (LogFileName.TryParseDirectory(name, out TopicPartition partition))
            {
                partitions.Add((partition, new PartitionVerification(Path.Combine(_path, name), _findings)
                {
                    IsDeep = IsDeep,
                    WasStoppedInOrder = wasStoppedInOrder,
                }));
            }
        }

        PartitionCount = partitions.Count;
        long all = partitions.Sum(partition => partition.Verification.SizeInBytes);
        HashSet<(Guid, int)> found = [];
        foreach ((TopicPartition name, PartitionVerification verification) in partitions)
        {
            FlushMarkEntry? mark = null;
            if (verification.ReadTopicId() is { } topicId)
            {
                found.Add((topicId, name.Partition));
                mark = _marks.GetValueOrDefault((topicId, name.Partition));
            }

            verification.Run(
                mark,
                bytes =>
                {
                    BytesRead += bytes;
                    progress(BytesRead, all);
                },
                cancellationToken);
        }

        VerifyMarks(found);
        return _findings.All;
    }

    private void VerifySmallFiles()
    {
        string identity = Path.Combine(_path, DataDirectory.IdentityFileName);
        if (CheckpointFiles.CheckIdentity(ReadOnlyDisk.ReadText(identity)) is { } fault)
            _findings.Lost(identity, fault);
        foreach (string name in ReadOnlyDisk.ListFiles(_path))
        {
            string path = Path.Combine(_path, name);
            LogFileKind kind = LogFileName.Parse(name).Kind;
            if (kind == LogFileKind.Offsets
                && CheckpointFiles.ReadOffsets(ReadOnlyDisk.ReadAll(path)).Fault is { } checkpointFault)
            {
                _findings.Lost(path, checkpointFault);
            }
            else if (kind == LogFileKind.FlushMarks)
            {
                // The last mark of a partition counts. Torn ones are what a crash leaves.
                foreach (FlushMarkEntry mark in IndexFiles.ReadMarks(ReadOnlyDisk.ReadAll(path)).Entries)
                    _marks[(mark.TopicId, mark.Partition)] = mark;
            }
        }
    }

    private void VerifyMarks(HashSet<(Guid, int)> found)
    {
        foreach (((Guid topicId, int partition), FlushMarkEntry mark) in _marks)
        {
            if (mark.Offset > 0 && !found.Contains((topicId, partition)))
            {
                _findings.Lost(Path.Combine(_path, "streamlog.flush-marks"), new Fault(
                    0,
                    $"partition {partition} of topic {topicId} was flushed up to offset {mark.Offset}, and its "
                    + "directory is missing"));
            }
        }
    }
}
