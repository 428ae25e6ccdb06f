using StreamLog.Cli.Files;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Verification;

/// <summary>Reads through one segment: batches, their order, and whether its indexes fit them.</summary>
/// <remarks>Owned by the verification of a partition. For one thread.</remarks>
internal sealed class SegmentVerification
{
    private readonly string _path;
    private readonly long _baseOffset;
    private readonly bool _isDeep;
    private readonly HashSet<long> _markers = [];

    private FileContent<OffsetIndexEntry> _offsets = new([], null);
    private FileContent<TimeIndexEntry> _times = new([], null);
    private int _nextOffset;
    private int _nextTime;
    private long _latest = long.MinValue;

    /// <summary>Creates the verification.</summary>
    /// <param name="path">The segment.</param>
    /// <param name="baseOffset">The offset that it is named by.</param>
    /// <param name="isDeep">Whether the records of its batches are read too.</param>
    public SegmentVerification(string path, long baseOffset, bool isDeep)
    {
        _path = path;
        _baseOffset = baseOffset;
        _isDeep = isDeep;
        EndOffset = baseOffset;
    }

    /// <summary>Gets the offset behind the last sound batch.</summary>
    public long EndOffset { get; private set; }

    /// <summary>Gets the byte behind the last sound batch.</summary>
    public long EndPosition { get; private set; }

    /// <summary>Gets the first thing that is wrong with its batches.</summary>
    public Fault? Fault { get; private set; }

    /// <summary>Reads the segment up to the first thing that is wrong.</summary>
    /// <param name="epochs">Where leader epochs begin.</param>
    /// <param name="findings">Where faults of its indexes are noted.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops.</param>
    public void Run(
        IReadOnlyList<EpochEntry> epochs,
        Findings findings,
        Action<long> progress,
        CancellationToken cancellationToken)
    {
        _offsets = Read(".index", content => IndexFiles.ReadOffsets(content, _baseOffset), findings);
        _times = Read(".timeindex", content => IndexFiles.ReadTimes(content, _baseOffset), findings);
        using BatchScanner scanner = new(_path);
        while (scanner.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            Fault = CheckOrder(scanner, epochs) ?? (_isDeep ? CheckRecords(scanner) : null);
            if (Fault is not null)
                break;

            CheckIndexes(scanner, findings);
            EndOffset = scanner.Header.NextOffset;
            EndPosition = scanner.Position + scanner.SizeInBytes;
            progress(scanner.SizeInBytes);
        }

        Fault ??= scanner.Fault;
        progress(scanner.Length - EndPosition);
        if (Fault is null)
            CheckRest(findings);
    }

    private Fault? CheckOrder(BatchScanner scanner, IReadOnlyList<EpochEntry> epochs)
    {
        RecordBatchHeader header = scanner.Header;
        if (header.BaseOffset != EndOffset)
        {
            return new Fault(
                scanner.Position, $"a batch claims offset {header.BaseOffset} where {EndOffset} must follow");
        }

        int known = EpochAt(epochs, header.BaseOffset);
        return known < 0 || known == header.PartitionLeaderEpoch
            ? null
            : new Fault(
                scanner.Position,
                $"a batch claims leader epoch {header.PartitionLeaderEpoch}, leader-epoch-checkpoint says {known}");
    }

    private static Fault? CheckRecords(BatchScanner scanner)
    {
        try
        {
            using RecordReader reader = new(scanner.Batch);
            while (reader.MoveNext())
            {
                foreach (RecordHeaderView header in reader.Current.Headers)
                    header.GetKey();
            }

            return null;
        }
        catch (StreamLogException exception)
        {
            return new Fault(
                scanner.Position, $"the records of a batch cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    private void CheckIndexes(BatchScanner scanner, Findings findings)
    {
        RecordBatchHeader header = scanner.Header;
        if (_nextOffset < _offsets.Entries.Count && _offsets.Entries[_nextOffset].Position <= scanner.Position)
        {
            OffsetIndexEntry entry = _offsets.Entries[_nextOffset++];
            if (entry.Position != scanner.Position || entry.Offset != header.LastOffset)
                Misfit(".index", $"it has offset {entry.Offset} at byte {entry.Position}, where no such batch begins");
        }

        _latest = Math.Max(_latest, header.MaxTimestamp);
        if (_nextTime < _times.Entries.Count && _times.Entries[_nextTime].Offset <= header.LastOffset)
        {
            TimeIndexEntry entry = _times.Entries[_nextTime++];
            if (entry.Offset != header.LastOffset || entry.Timestamp != _latest)
                Misfit(".timeindex", $"it has another time than the batches up to offset {entry.Offset}");
        }

        if (header.IsControl && header.IsTransactional)
            _markers.Add(header.BaseOffset);

        void Misfit(string suffix, string text)
        {
            findings.Misfit(PathOf(suffix), new Fault(0, text));
            // One finding a file: the rest of it follows from the first.
            if (suffix == ".index")
                _offsets = new([], null);
            else
                _times = new([], null);
        }
    }

    private void CheckRest(Findings findings)
    {
        if (_nextOffset < _offsets.Entries.Count)
            findings.Misfit(PathOf(".index"), new Fault(0, "it has offsets beyond the end of the segment"));
        if (_nextTime < _times.Entries.Count)
            findings.Misfit(PathOf(".timeindex"), new Fault(0, "it has offsets beyond the end of the segment"));
        FileContent<AbortedEntry> aborted = Read(".txnindex", content => IndexFiles.ReadAborted(content), findings);
        if (aborted.Entries.FirstOrDefault(entry => !_markers.Contains(entry.LastOffset)) is { } stray)
        {
            findings.Misfit(
                PathOf(".txnindex"), new Fault(0, $"it has an abort at offset {stray.LastOffset}, which is no marker"));
        }
    }

    private FileContent<T> Read<T>(string suffix, Func<byte[], FileContent<T>> read, Findings findings)
    {
        string path = PathOf(suffix);
        if (!ReadOnlyDisk.FileExists(path))
            return new([], null);
        FileContent<T> content = read(ReadOnlyDisk.ReadAll(path));
        if (content.Fault is not { } fault)
            return content;
        findings.Misfit(path, fault);
        return new([], fault);
    }

    private string PathOf(string suffix) =>
        Path.Combine(Path.GetDirectoryName(_path)!, LogFileName.Of(_baseOffset, suffix));

    private static int EpochAt(IReadOnlyList<EpochEntry> epochs, long offset)
    {
        int found = -1;
        foreach (EpochEntry entry in epochs)
        {
            if (entry.StartOffset > offset)
                break;
            found = entry.Epoch;
        }

        return found;
    }
}
