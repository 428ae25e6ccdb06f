using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Reads through sealed segments from time to time and on command, and reports what has rotted.</summary>
/// <remarks>
/// Owned by the directory; its maintenance loop runs one turn at a time. It changes nothing but its own checkpoint,
/// which says when each partition was last read through, so that restarts begin nothing anew.
/// </remarks>
internal sealed partial class ScrubTask : IMaintenanceTask
{
    public const string TaskName = "scrub";
    public const string CheckpointFileName = "streamlog.scrub-checkpoint";

    private static readonly TimeSpan IntervalMax = TimeSpan.FromHours(1);

    private readonly LogDirectory _directory;
    private readonly LogServices _services;
    private readonly string _path;
    private readonly TimeSpan? _every;

    // Below here: touched by the turn alone. Read when it is first needed.
    private Dictionary<TopicPartition, long>? _lastMs;

    public ScrubTask(LogDirectory directory, LogServices services)
    {
        _directory = directory;
        _services = services;
        _path = Path.Combine(directory.Path, CheckpointFileName);
        _every = services.Settings.ScrubInterval;
        Interval = _every is { } every ? TimeSpan.FromTicks(Math.Min(every.Ticks, IntervalMax.Ticks))
            : Timeout.InfiniteTimeSpan;
    }

    public string Name => TaskName;

    /// <summary>Gets how often partitions are looked for that it is time to read.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Reads the partitions whose time has come.</summary>
    public async ValueTask RunAsync(CancellationToken stopping)
    {
        if (_every is not { } every)
            return;

        Dictionary<TopicPartition, long> last = _lastMs ??= Load();
        ScrubPace pace = NewPace();
        bool isChanged = false;
        foreach (PartitionLog log in _directory.OpenLogs())
        {
            long now = _services.NowMs;

            // What is seen for the first time has its turn later, and so has what the clock says is read in future.
            if (!last.TryGetValue(log.TopicPartition, out long lastMs) || lastMs > now)
            {
                last[log.TopicPartition] = lastMs = now;
                isChanged = true;
            }

            if (now - lastMs < every.TotalMilliseconds)
                continue;
            await ScrubAsync(log, pace, new Tally(), stopping).ConfigureAwait(false);
            isChanged = true;
        }

        if (isChanged)
            Save();
    }

    /// <summary>Reads the partitions of a topic, or all.</summary>
    public async ValueTask<ScrubReport> ScrubAsync(string? topic, CancellationToken stopping)
    {
        _lastMs ??= Load();
        ScrubPace pace = NewPace();
        Tally tally = new();
        foreach (PartitionLog log in _directory.OpenLogs())
        {
            if (topic is null || log.TopicPartition.Topic == topic)
                await ScrubAsync(log, pace, tally, stopping).ConfigureAwait(false);
        }

        Save();
        return new ScrubReport
        {
            Partitions = tally.Partitions,
            Segments = tally.Segments,
            Bytes = tally.Bytes,
            Findings = tally.Findings,
        };
    }

    private ScrubPace NewPace() => new(_services.Time, _services.Settings.ScrubBytesPerSecond);

    private async ValueTask ScrubAsync(
        PartitionLog log, ScrubPace pace, Tally tally, CancellationToken stopping)
    {
        LogState state = log.State;
        long begunMs = _services.NowMs;
        List<ScrubFinding> findings = [];
        HashSet<string> files = [];
        foreach (Segment segment in state.Segments.SkipLast(1))
        {
            if (!segment.TryRetain())
                continue; // Deleted, or compacted.
            try
            {
                using SegmentScrub scrub = new(state, segment);
                bool isMore = true;
                while (isMore)
                {
                    long before = scrub.Bytes;
                    isMore = scrub.ReadPiece();
                    stopping.ThrowIfCancellationRequested();
                    await pace.SpendAsync(scrub.Bytes - before, stopping).ConfigureAwait(false);
                }

                files.Add(segment.File.Path);
                tally.Bytes += scrub.Bytes;
                _services.Metrics.Maintenance.Scrubbed(scrub.Bytes);
                if (scrub.Finding is { } finding)
                    findings.Add(finding);
            }
            finally
            {
                segment.Release();
            }
        }

        foreach (ScrubFinding finding in findings)
            Tell(state, finding);
        state.NoteScrubbed(files, findings);
        _lastMs![log.TopicPartition] = begunMs;
        tally.Partitions++;
        tally.Segments += files.Count;
        tally.Findings.AddRange(findings);
        Log.Scrubbed(_services.Logger, log.TopicPartition, files.Count);
    }

    private void Tell(LogState state, ScrubFinding finding)
    {
        if (state.Findings.Contains(finding))
            return; // Told the last time.
        Log.Found(
            _services.Logger, finding.Partition, finding.File, finding.Position, finding.Offset, finding.Fault);
        _services.Metrics.Maintenance.ScrubFound(finding.Partition.Topic);
    }

    private Dictionary<TopicPartition, long> Load()
    {
        byte[]? content = AtomicFile.Read(_services.Files, _path);
        return content is null ? [] : OffsetCheckpoint.Decode(content) ?? [];
    }

    // Losing it costs one more reading.
    private void Save()
    {
        HashSet<TopicPartition> open = [.. _directory.OpenLogs().Select(log => log.TopicPartition)];
        foreach (TopicPartition partition in _lastMs!.Keys)
        {
            if (!open.Contains(partition))
                _lastMs.Remove(partition); // A dictionary allows removal while it is walked.
        }

        try
        {
            AtomicFile.Replace(_services.Files, _path, OffsetCheckpoint.Encode(_lastMs));
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            Log.NotNoted(_services.Logger, error.Message);
            if (error is FlushFailedException)
                _services.FailDirectory(error);
        }
    }

    /// <summary>What one command has read so far.</summary>
    private sealed class Tally
    {
        public List<ScrubFinding> Findings { get; } = [];

        public int Partitions { get; set; }

        public int Segments { get; set; }

        public long Bytes { get; set; }
    }
}
