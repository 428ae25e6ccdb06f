namespace StreamLog.Storage;

/// <summary>Deletes the oldest segments of one log that are beyond its time or its size.</summary>
/// <remarks>
/// <para>
/// The rules are Kafka's: the oldest segments go for as long as the log without them still has <c>retention.bytes</c>,
/// and then those whose latest record is older than <c>retention.ms</c>; never one that is not wholly below the high
/// watermark, and here also on the disk. The active segment goes too once all of it is to go, and another one takes its
/// place.
/// </para>
/// <para>Made for one application, on one thread; appends, reads and flushes go on meanwhile.</para>
/// </remarks>
internal sealed class LogRetention
{
    private readonly LogState _log;
    private readonly LogServices _services;
    private readonly LogConfig _config;
    private readonly Segment[] _segments;
    private readonly long _limit;

    // Where the active segment ended when all of this began: what is appended since is not to go.
    private readonly long _end;

    // Once the end was cut since, nothing of what is decided here is true any more.
    private readonly int _truncations;

    public LogRetention(LogState log, LogServices services)
    {
        _log = log;
        _services = services;
        _config = log.Config;
        _truncations = log.Truncations;
        _segments = log.Segments;
        _end = _segments.Length == 0 ? 0 : _segments[^1].NextOffset;
        _limit = Math.Min(log.HighWatermark, log.DurableOffset);
    }

    /// <summary>Applies it.</summary>
    /// <returns>How many segments went, and how many bytes of log with them.</returns>
    /// <exception cref="StreamLogException">The disk failed where only the age of segments was looked up.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public RetentionOutcome Apply(LogWriter writer, LogCutter cutter)
    {
        if (_log.Failure is not null)
            return default;

        // What was active when its records were deleted on request.
        int belowStart = Math.Max(0, LogState.FindIndex(_segments, _log.LogStartOffset));
        int beyondSize = _config.IsDeletable ? CountBeyondSize(belowStart) : belowStart;
        int count = _config.IsDeletable ? CountBeyondTime(beyondSize) : beyondSize;
        if (count == 0)
            return default;
        if (count == _segments.Length && !TryRoll(writer))
            count--; // Something was appended meanwhile, so not all of it is to go any more.
        if (count == 0)
            return default;

        // Who rolled knows that the log ended there; else the next segment says where the log is to begin.
        long start = count < _segments.Length ? _segments[count].BaseOffset : _end;
        if (!cutter.TryTrim(Math.Max(start, _log.LogStartOffset), _truncations))
            return default;
        int first = Math.Min(belowStart, count);
        int bySize = Math.Min(beyondSize, count) - first;
        Count(_segments.AsSpan(0, first), "request");
        Count(_segments.AsSpan(first, bySize), "size");
        Count(_segments.AsSpan(first + bySize, count - first - bySize), "time");
        return new RetentionOutcome(
            count, bySize, _segments.Take(count).Sum(segment => (long)segment.SizeInBytes));
    }

    private void Count(ReadOnlySpan<Segment> deleted, string reason)
    {
        long bytes = 0;
        foreach (Segment segment in deleted)
            bytes += segment.SizeInBytes;
        if (deleted.Length > 0)
            _services.Metrics.Maintenance.Deleted(_log.Partition.Topic, deleted.Length, bytes, reason);
    }

    private bool TryRoll(LogWriter writer)
    {
        bool isRolled = false;
        _services.Reserve.Write(() => isRolled = writer.TryRoll(_end));
        return isRolled;
    }

    private int CountBeyondSize(int count)
    {
        if (_config.RetentionBytes < 0)
            return count;
        long excess = _segments.Skip(count).Sum(segment => (long)segment.SizeInBytes) - _config.RetentionBytes;
        while (IsCandidate(count) && excess >= _segments[count].SizeInBytes)
            excess -= _segments[count++].SizeInBytes;
        return count;
    }

    private int CountBeyondTime(int count)
    {
        if (_config.RetentionMs < 0)
            return count;
        long nowMs = _services.NowMs;
        try
        {
            while (IsCandidate(count) && nowMs - LatestTimeOf(count) > _config.RetentionMs)
                count++;
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            // What is only read takes nothing offline.
            throw new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"How old the segments of {_log.Partition} are could not be read: {error.Message} Check the disk.",
                error);
        }

        return count;
    }

    // An empty segment is the active one of a log without records: there is nothing of it to go.
    private bool IsCandidate(int index)
    {
        if (index >= _segments.Length || _segments[index].SizeInBytes == 0)
            return false;
        long end = index + 1 < _segments.Length ? _segments[index + 1].BaseOffset : _end;
        return end <= _limit;
    }

    private long LatestTimeOf(int index)
    {
        Segment segment = _segments[index];
        if (!segment.TryRetain())
            return long.MaxValue; // It is gone already, with whoever took it away.
        try
        {
            return index == _segments.Length - 1 ? LatestOfActive(segment) : LatestOfSealed(segment);
        }
        finally
        {
            segment.Release();
        }
    }

    private long LatestOfActive(Segment segment)
    {
        long latest = segment.Indexes(_config).MaxTimestamp;
        return latest >= 0 ? latest : FileTimeOf(segment);
    }

    // Index files have no checksum, and a wrong time in one must not delete what is young. So what it says is compared
    // with the batch that it names and with the last one, once for each segment.
    private long LatestOfSealed(Segment segment)
    {
        if (segment.LatestTimestamp is { } known)
            return known;

        SegmentIndexes indexes = segment.Indexes(_config);
        if (!IsTrue(segment, indexes.Times.Last))
            indexes = segment.RebuildIndexes(_config);
        long latest = indexes.MaxTimestamp;

        // What has no times, or cannot be read, is as old as its file.
        if (latest < 0 || indexes.IsPartial)
            latest = Math.Max(latest, FileTimeOf(segment));
        lock (_log.Gate)
        {
            if (_log.Truncations == _truncations)
                segment.LatestTimestamp = latest;
        }

        return latest;
    }

    private bool IsTrue(Segment segment, (long Timestamp, int RelativeOffset) latest)
    {
        bool hasLast = SegmentTail.TryFind(segment, segment.NextOffset - 1, _config, out BatchAt last);
        if (hasLast && last.MaxTimestamp > latest.Timestamp)
            return false;
        if (latest.RelativeOffset < 0)
            return true;

        long offset = segment.BaseOffset + latest.RelativeOffset;
        return SegmentTail.TryFind(segment, offset, _config, out BatchAt named)
            && named.LastOffset == offset
            && named.MaxTimestamp == latest.Timestamp;
    }

    private long FileTimeOf(Segment segment) =>
        _services.Files.LastWriteTime(segment.File.Path)?.ToUnixTimeMilliseconds() ?? segment.CreatedMs;
}
