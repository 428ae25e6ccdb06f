using System.Diagnostics.Metrics;

namespace StreamLog.Diagnostics;

/// <summary>What the work in the background counts with: retention, compaction, scrubbing, repair.</summary>
/// <remarks>Owned by its node's <see cref="StreamLogMetrics"/>. Thread-safe.</remarks>
internal sealed class MaintenanceMetrics
{
    private readonly Counter<long> _deletedSegments;
    private readonly Counter<long> _deletedBytes;
    private readonly Histogram<double> _compactionDuration;
    private readonly Counter<long> _compactedBytes;
    private readonly Counter<long> _compactedRecords;
    private readonly Counter<long> _scrubbedBytes;
    private readonly Counter<long> _scrubFindings;
    private readonly Counter<long> _repairedBytes;
    private readonly Counter<long> _failures;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meter">The node's meter.</param>
    public MaintenanceMetrics(Meter meter)
    {
        _deletedSegments = meter.CreateCounter<long>(
            "streamlog.retention.segments", "{segment}", "Segments that retention or a request deleted.");
        _deletedBytes = meter.CreateCounter<long>(
            "streamlog.retention.bytes", "By", "Bytes of segments that retention or a request deleted.");
        _compactionDuration = meter.CreateHistogram(
            "streamlog.compaction.duration", "s", "How long one compaction of a partition took.", tags: null,
            Buckets.Seconds);
        _compactedBytes = meter.CreateCounter<long>(
            "streamlog.compaction.bytes", "By", "Bytes that compaction removed from logs.");
        _compactedRecords = meter.CreateCounter<long>(
            "streamlog.compaction.records", "{record}", "Records that compaction removed from logs.");
        _scrubbedBytes = meter.CreateCounter<long>(
            "streamlog.scrub.bytes", "By", "Bytes of sealed segments that scrubbing read through.");
        _scrubFindings = meter.CreateCounter<long>(
            "streamlog.scrub.findings", "{finding}", "Damage that scrubbing found.");
        _repairedBytes = meter.CreateCounter<long>(
            "streamlog.repair.bytes", "By", "Bytes that repairs cut away, after keeping a copy.");
        _failures = meter.CreateCounter<long>(
            "streamlog.maintenance.failures", "{turn}", "Turns of work in the background that failed.");
    }

    /// <summary>Notes that segments were deleted.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="segments">How many.</param>
    /// <param name="bytes">How many bytes they had.</param>
    /// <param name="reason">Why: <c>time</c>, <c>size</c> or <c>request</c>.</param>
    public void Deleted(string topic, long segments, long bytes, string reason)
    {
        if (_deletedSegments.Enabled)
            _deletedSegments.Add(segments, TagOf(MetricTags.Topic, topic), TagOf(MetricTags.Reason, reason));
        if (_deletedBytes.Enabled)
            _deletedBytes.Add(bytes, TagOf(MetricTags.Topic, topic), TagOf(MetricTags.Reason, reason));
    }

    /// <summary>Notes that a partition was compacted.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="removedBytes">By how many bytes its log became smaller.</param>
    /// <param name="removedRecords">How many records went.</param>
    public void Compacted(string topic, TimeSpan duration, long removedBytes, long removedRecords)
    {
        if (_compactionDuration.Enabled)
            _compactionDuration.Record(duration.TotalSeconds, TagOf(MetricTags.Topic, topic));
        if (_compactedBytes.Enabled)
            _compactedBytes.Add(removedBytes, TagOf(MetricTags.Topic, topic));
        if (_compactedRecords.Enabled)
            _compactedRecords.Add(removedRecords, TagOf(MetricTags.Topic, topic));
    }

    /// <summary>Notes what scrubbing has read.</summary>
    /// <param name="bytes">How many bytes.</param>
    public void Scrubbed(long bytes) => _scrubbedBytes.Add(bytes);

    /// <summary>Notes that scrubbing has found damage.</summary>
    /// <param name="topic">The topic.</param>
    public void ScrubFound(string topic)
    {
        if (_scrubFindings.Enabled)
            _scrubFindings.Add(1, TagOf(MetricTags.Topic, topic));
    }

    /// <summary>Notes that a damaged range was cut away.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="bytes">How many bytes.</param>
    public void Repaired(string topic, long bytes)
    {
        if (_repairedBytes.Enabled)
            _repairedBytes.Add(bytes, TagOf(MetricTags.Topic, topic));
    }

    /// <summary>Notes that a turn of a task failed.</summary>
    /// <param name="task">The task's name.</param>
    public void Failed(string task)
    {
        if (_failures.Enabled)
            _failures.Add(1, TagOf(MetricTags.Reason, task));
    }

    private static KeyValuePair<string, object?> TagOf(string name, string value) => new(name, value);
}
