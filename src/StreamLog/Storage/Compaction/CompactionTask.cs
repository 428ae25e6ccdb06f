using StreamLog.Extensibility;

namespace StreamLog.Storage.Compaction;

/// <summary>Compacts the logs of a directory, from time to time and on command.</summary>
/// <remarks>
/// Owned by the directory, whose maintenance loop runs it: one turn at a time. In a turn every log that is worth it is
/// compacted, the dirtiest first. One that turns out to be corrupt is left as it is until it is opened again.
/// </remarks>
internal sealed partial class CompactionTask : IMaintenanceTask
{
    public const string TaskName = "compaction";

    private readonly LogDirectory _directory;
    private readonly LogServices _services;
    private readonly CompactionThrottle _throttle;
    private readonly SipHash128 _hash;

    // What is corrupt, until it is opened again. Touched by the turn alone.
    private readonly Dictionary<PartitionLog, string> _corrupt = [];

    /// <summary>Creates the task.</summary>
    /// <param name="directory">Whose logs.</param>
    /// <param name="services">What the directory lends to them.</param>
    /// <param name="hash">What keys are hashed with: nobody knows its key.</param>
    public CompactionTask(LogDirectory directory, LogServices services, SipHash128 hash)
    {
        _directory = directory;
        _services = services;
        _hash = hash;
        _throttle = new CompactionThrottle(services.Time, services.Settings.CompactionBytesPerSecond);
        Interval = services.Settings.CompactionInterval;
    }

    public string Name => TaskName;

    public TimeSpan Interval { get; }

    public async ValueTask RunAsync(CancellationToken stopping)
    {
        List<(PartitionLog Log, double Ratio)> worth = [];
        PartitionLog[] logs = CompactedLogs(topic: null);
        foreach (PartitionLog closed in _corrupt.Keys.Except(logs).ToArray())
            _corrupt.Remove(closed);
        foreach (PartitionLog log in logs)
        {
            if (_corrupt.ContainsKey(log) || !log.IsOnline)
                continue;
            try
            {
                RollIfOverdue(log);
                CompactionRange range = CompactionFacts.RangeOf(log, _services);
                if (range.IsWorth(log.Config))
                    worth.Add((log, range.DirtyRatio));
            }
            catch (Exception error)
            {
                Log.Failed(_services.Logger, log.TopicPartition, error.Message);
            }
        }

        worth.Sort(static (one, other) => other.Ratio.CompareTo(one.Ratio));
        Dictionary<TopicPartition, string> failures = [];
        foreach ((PartitionLog log, _) in worth)
            await CompactAsync(log, failures, stopping).ConfigureAwait(false);
    }

    /// <summary>
    /// Compacts the logs of a topic, or of all compacted topics, whatever that is worth, up to where they end now.
    /// </summary>
    public async ValueTask<CompactionReport> CompactAsync(string? topic, CancellationToken stopping)
    {
        Dictionary<TopicPartition, string> failures = [];
        CompactionReport report = new() { Failures = failures };
        foreach (PartitionLog log in CompactedLogs(topic))
        {
            stopping.ThrowIfCancellationRequested();
            if (_corrupt.TryGetValue(log, out string? fault))
            {
                failures[log.TopicPartition] = fault;
                continue;
            }

            if (!await TryCloseActiveAsync(log, failures).ConfigureAwait(false))
                continue;
            CompactionOutcome? outcome = await CompactAsync(log, failures, stopping).ConfigureAwait(false);
            report = report with
            {
                Partitions = report.Partitions + 1,
                SegmentsBefore = report.SegmentsBefore + (outcome?.SegmentsBefore ?? 0),
                SegmentsAfter = report.SegmentsAfter + (outcome?.SegmentsAfter ?? 0),
                BytesBefore = report.BytesBefore + (outcome?.BytesBefore ?? 0),
                BytesAfter = report.BytesAfter + (outcome?.BytesAfter ?? 0),
            };
        }

        return report;
    }

    private PartitionLog[] CompactedLogs(string? topic) =>
    [
        .. _directory.OpenLogs().Where(
            log => log.Config.IsCompacted && (topic is null || log.TopicPartition.Topic == topic)),
    ];

    // Kafka waits for the next append, which may never come.
    private void RollIfOverdue(PartitionLog log)
    {
        LogConfig config = log.Config;
        Segment[] segments = log.State.Segments;
        if (config.MaxCompactionLagMs == long.MaxValue || segments.Length == 0)
            return;
        long firstTimestamp = FirstTimestampOf(segments[^1]);
        if (firstTimestamp > 0 && firstTimestamp < _services.NowMs - config.MaxCompactionLagMs && log.TryRoll())
            log.RequestFlush(); // The next turn finds it on the disk.
    }

    private static long FirstTimestampOf(Segment segment)
    {
        if (!segment.TryRetain())
            return -1; // Closed meanwhile.
        try
        {
            return segment.ReadFirstTimestamp();
        }
        finally
        {
            segment.Release();
        }
    }

    private async ValueTask<bool> TryCloseActiveAsync(PartitionLog log, Dictionary<TopicPartition, string> failures)
    {
        try
        {
            log.TryRoll();
            await _services.Flushes.FlushAsync(log).ConfigureAwait(false);
            if (log.Failure is not { } failure)
                return true;
            failures[log.TopicPartition] = failure.Message;
        }
        catch (Exception error)
        {
            failures[log.TopicPartition] = error.Message;
        }

        return false;
    }

    private async ValueTask<CompactionOutcome?> CompactAsync(
        PartitionLog log, Dictionary<TopicPartition, string> failures, CancellationToken stopping)
    {
        long startedAt = _services.Time.GetTimestamp();
        try
        {
            CompactionRange range = CompactionFacts.RangeOf(log, _services);
            CompactionOutcome outcome = await new LogCompaction(log, _services, _throttle, _hash)
                .RunAsync(range, stopping).ConfigureAwait(false);
            Tell(log, outcome, _services.Time.GetElapsedTime(startedAt));
            return outcome;
        }
        catch (Exception error) when (IsOfLog(error) && log.State.IsClosed)
        {
            return null; // The partition was deleted meanwhile, with the files below it.
        }
        catch (StreamLogException error) when (error.InnerException is not { } inner || !DiskErrors.IsOfDisk(inner))
        {
            _corrupt[log] = failures[log.TopicPartition] = error.Message;
            Log.Corrupt(_services.Logger, log.TopicPartition, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // Whatever it was, it holds up no other log, and the next turn tries again.
            if (error is FlushFailedException flush && !DiskErrors.IsOfCleaned(flush) && !IsSegment(flush))
                _services.FailDirectory(error);
            failures[log.TopicPartition] = error.Message;
            Log.Failed(_services.Logger, log.TopicPartition, error.Message);
        }

        _services.Metrics.Maintenance.Failed(TaskName);
        return null;
    }

    private void Tell(PartitionLog log, CompactionOutcome outcome, TimeSpan duration)
    {
        if (outcome.Passes == 0)
            return;
        FilterCounts counts = outcome.Counts;
        Log.Compacted(
            _services.Logger, log.TopicPartition, outcome.EndOffset, outcome.Passes, outcome.SegmentsBefore,
            outcome.BytesBefore, outcome.SegmentsAfter, outcome.BytesAfter);
        if (counts.KeylessDropped > 0)
            Log.KeylessDropped(_services.Logger, log.TopicPartition, counts.KeylessDropped);
        _services.Metrics.Maintenance.Compacted(
            log.TopicPartition.Topic, duration, outcome.BytesBefore - outcome.BytesAfter,
            counts.RecordsRead - counts.RecordsKept);
    }

    // A log's file stands for its partition, which is offline by now.
    private static bool IsSegment(FlushFailedException error) =>
        error.Path.EndsWith(LogFileNames.Log, StringComparison.Ordinal);

    private static bool IsOfLog(Exception error) => error is StreamLogException || DiskErrors.IsOfDisk(error);
}
