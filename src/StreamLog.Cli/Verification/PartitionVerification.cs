using StreamLog.Cli.Files;

namespace StreamLog.Cli.Verification;

/// <summary>Verifies the directory of one partition.</summary>
/// <remarks>Owned by the verification of a data directory. For one thread.</remarks>
internal sealed class PartitionVerification
{
    private readonly string _directory;
    private readonly Findings _findings;
    private readonly IReadOnlyList<string> _files;

    public PartitionVerification(string directory, Findings findings)
    {
        _directory = directory;
        _findings = findings;
        _files = ReadOnlyDisk.ListFiles(directory);
    }

    /// <summary>Gets whether records are read too, and not their checksums alone.</summary>
    public bool IsDeep { get; init; }

    /// <summary>Gets whether the node was stopped in order, so that nothing is torn.</summary>
    public bool WasStoppedInOrder { get; init; }

    /// <summary>Gets how many bytes its segments have.</summary>
    public long SizeInBytes => Segments.Sum(name => ReadOnlyDisk.LengthOf(Path.Combine(_directory, name)));

    private IEnumerable<string> Segments => _files.Where(LogFileName.IsSegment);

    /// <summary>Reads the id of the partition's topic.</summary>
    /// <returns>The id, or <see langword="null"/> where there is none to be read.</returns>
    public Guid? ReadTopicId()
    {
        string path = Path.Combine(_directory, "partition.metadata");
        if (!ReadOnlyDisk.FileExists(path))
            return null;
        Dictionary<string, string> values = CheckpointFiles.ReadProperties(ReadOnlyDisk.ReadText(path));
        if (values.TryGetValue("topic_id", out string? text) && TopicIds.TryParse(text, out Guid id))
            return id;
        _findings.Lost(path, new Fault(0, "there is no topic id in it"));
        return null;
    }

    /// <summary>Reads through the partition.</summary>
    /// <param name="mark">How far it had been flushed, where that is known.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops.</param>
    public void Run(FlushMarkEntry? mark, Action<long> progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<EpochEntry> epochs = ReadEpochs();
        VerifySmallFiles(cancellationToken);
        long[] bases = [.. Segments.Select(name => LogFileName.Parse(name).Offset)];
        if (bases.Length == 0)
            _findings.Lost(_directory, new Fault(0, "the partition has no segment"));
        if (mark is not null && bases.Length > 0 && !bases.Contains(mark.SegmentBaseOffset)
            && mark.SegmentBaseOffset > bases[0])
        {
            _findings.Records(
                Path.Combine(_directory, LogFileName.Of(mark.SegmentBaseOffset, LogFileName.Segment)),
                new Fault(0, $"the segment is missing, and {mark.Position} bytes of it had been flushed"));
        }

        for (int i = 0; i < bases.Length; i++)
        {
            long? next = i + 1 < bases.Length ? bases[i + 1] : null;
            VerifySegment(bases[i], next, mark, epochs, progress, cancellationToken);
        }
    }

    private void VerifySegment(
        long baseOffset,
        long? next,
        FlushMarkEntry? mark,
        IReadOnlyList<EpochEntry> epochs,
        Action<long> progress,
        CancellationToken cancellationToken)
    {
        string path = Path.Combine(_directory, LogFileName.Of(baseOffset, LogFileName.Segment));
        SegmentVerification segment = new(path, baseOffset, IsDeep);
        segment.Run(epochs, _findings, progress, cancellationToken);

        bool isMarked = mark?.SegmentBaseOffset == baseOffset;
        if (segment.Fault is { } fault)
        {
            // What lies behind the last flush was promised to nobody.
            bool isTail = next is null && !WasStoppedInOrder && (mark is null || mark.SegmentBaseOffset < baseOffset
                || (isMarked && fault.Position >= mark.Position));
            if (isTail)
                _findings.Tail(path, fault);
            else
                _findings.Records(path, fault);
        }
        else if (next is not null && segment.EndOffset != next)
        {
            _findings.Records(path, new Fault(
                segment.EndPosition, $"it ends at offset {segment.EndOffset}, and the next segment begins at {next}"));
        }
        else if (isMarked && segment.EndPosition < mark!.Position)
        {
            _findings.Records(path, new Fault(
                segment.EndPosition, $"it ends where {mark.Position} bytes had been flushed"));
        }
    }

    private IReadOnlyList<EpochEntry> ReadEpochs()
    {
        string path = Path.Combine(_directory, "leader-epoch-checkpoint");
        if (!ReadOnlyDisk.FileExists(path))
            return [];
        FileContent<EpochEntry> epochs = CheckpointFiles.ReadEpochs(ReadOnlyDisk.ReadAll(path));
        if (epochs.Fault is not { } fault)
            return epochs.Entries;
        _findings.UnreadableEpochs(path, fault);
        return [];
    }

    private void VerifySmallFiles(CancellationToken cancellationToken)
    {
        foreach (string name in _files)
        {
            string path = Path.Combine(_directory, name);
            LogFileName parsed = LogFileName.Parse(name);
            if (name.EndsWith(".cut", StringComparison.Ordinal))
            {
                _findings.Note(
                    path,
                    "an earlier start or repair has put bytes here that it cut off",
                    "Look at it with 'streamlog dump --records', take what you need, and delete it.");
            }
            else if (parsed.Kind == LogFileKind.ProducerSnapshot && name.EndsWith(".snapshot", StringComparison.Ordinal)
                && IndexFiles.ReadProducers(ReadOnlyDisk.ReadAll(path)).Fault is { } fault)
            {
                _findings.Producers(path, fault);
            }
            else if (parsed.Kind == LogFileKind.Batches && name.EndsWith(".checkpoint", StringComparison.Ordinal))
            {
                VerifyMetadataSnapshot(path, cancellationToken);
            }
        }
    }

    private void VerifyMetadataSnapshot(string path, CancellationToken cancellationToken)
    {
        using BatchScanner scanner = new(path);
        bool isControl = false;
        while (scanner.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            isControl = scanner.Header.IsControl;
        }

        Fault? fault = scanner.Fault
            ?? (isControl ? null : new Fault(scanner.Length, "the snapshot ends before its footer"));
        if (fault is not null)
            _findings.Lost(path, fault);
    }
}
