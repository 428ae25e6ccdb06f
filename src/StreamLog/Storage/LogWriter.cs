using StreamLog.Diagnostics;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Appends to a log and rolls its segments.</summary>
/// <remarks>All under the log's gate, but for the check and the copy of what is appended. Never a flush.</remarks>
internal sealed partial class LogWriter
{
    private readonly LogState _log;
    private readonly LogServices _services;
    private readonly LogActivation _activation;

    public LogWriter(LogState log, LogServices services, LogActivation activation)
    {
        _activation = activation;
        _log = log;
        _services = services;
    }

    /// <summary>Appends batches.</summary>
    public AppendResult Append(RecordBuffer batches, int leaderEpoch, AppendOrigin origin, long? verifiedAt)
    {
        LogConfig config = _log.Config;
        long nowMs = _services.NowMs;
        AppendResult refused = AppendBatches.Prepare(batches, config, origin, nowMs, out AppendBatches prepared);
        if (!refused.IsSuccess)
            return refused;

        bool isCached = false;
        try
        {
            if (!_log.IsActivated && Activate() is { } unusable)
                return unusable;
            lock (_log.Gate)
            {
                AppendResult result = AppendPrepared(prepared, leaderEpoch, origin, verifiedAt, config, nowMs);
                isCached = result.IsSuccess && !result.IsDuplicate;
                return result;
            }
        }
        finally
        {
            // What was written now belongs to the tail cache.
            if (!isCached)
                prepared.Buffer.Dispose();
        }
    }

    /// <summary>Closes the active segment and begins another one, if the log still ends where the caller saw it
    /// end.</summary>
    /// <exception cref="StreamLogException">What is written beside the old segment could not be read.</exception>
    /// <exception cref="IOException">The disk failed or is full: there is no new segment.</exception>
    public bool TryRoll(long logEndOffset)
    {
        _activation.Ensure(); // What is written beside the old segment has to be known.
        lock (_log.Gate)
        {
            _log.AssertInvariants();
            if (_log.Failure is not null || _log.LogEndOffset != logEndOffset || _log.Active.SizeInBytes == 0)
                return false;
            Roll(_services.NowMs);
            return true;
        }
    }

    private AppendResult AppendPrepared(
        in AppendBatches prepared,
        int leaderEpoch,
        AppendOrigin origin,
        long? verifiedAt,
        LogConfig config,
        long nowMs)
    {
        _log.AssertInvariants();
        if (_log.Failure is { } failure)
            return AppendResult.Refused(failure.ErrorCode, failure.Message);
        Invariant.Holds(_log.IsActivated);
        if (leaderEpoch < _log.Epochs.Latest)
        {
            return AppendResult.Refused(
                ErrorCode.FencedLeaderEpoch,
                $"Leader epoch {leaderEpoch} has been followed by {_log.Epochs.Latest}. Find the partition's leader " +
                $"again.");
        }

        RecordBatchHeader first = new(prepared.Buffer.Span);
        if (first.HasProducerId)
        {
            ProducerVerdict verdict = CheckProducers(prepared.Buffer.Span, origin, verifiedAt);
            if (verdict.ErrorCode != ErrorCode.None)
                return AppendResult.Refused(verdict.ErrorCode, verdict.Message!);
            if (verdict.Duplicate is { } duplicate)
                return Appended(duplicate.BaseOffset, duplicate.LastOffset, -1) with { IsDuplicate = true };
        }

        if (prepared.Buffer.Length > config.SegmentBytes)
        {
            return AppendResult.Refused(
                ErrorCode.RecordListTooLarge,
                $"The batches have {prepared.Buffer.Length} bytes, and a segment holds {config.SegmentBytes} " +
                $"(segment.bytes). " +
                "Send smaller batches or raise it.");
        }

        long baseOffset = _log.LogEndOffset;
        prepared.Stamp(baseOffset, leaderEpoch);
        try
        {
            if (MustRoll(prepared, config, nowMs))
                Roll(nowMs);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return AppendResult.Refused(DiskErrors.CodeOf(error), $"No new segment could be created: {error.Message}");
        }

        return Write(prepared, baseOffset, config, nowMs);
    }

    private AppendResult? Activate()
    {
        try
        {
            _activation.Ensure();
            return null;
        }
        catch (StreamLogException error)
        {
            return AppendResult.Refused(error.ErrorCode, error.Message);
        }
    }

    private AppendResult Write(in AppendBatches prepared, long baseOffset, LogConfig config, long nowMs)
    {
        Segment active = _log.Active;
        int position = active.SizeInBytes;
        try
        {
            active.Space.Reach(position, prepared.Buffer.Length, config.SegmentBytes);
            active.File.Write(prepared.Buffer.Span, position);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            return TakeBack(active, position, error);
        }

        SegmentIndexes indexes = active.Indexes(config);
        if (position == 0)
            active.FirstTimestamp = prepared.MaxTimestamp;
        RecordBatchEnumerator walk = new(prepared.Buffer.Span);
        while (walk.MoveNext())
        {
            indexes.Add(walk.Header, position + walk.Position, config.IndexIntervalBytes);
            if (walk.Header.HasProducerId)
                NoteProducer(walk.Current, walk.Header, nowMs);
        }

        long nextOffset = baseOffset + prepared.OffsetCount;
        active.Publish(position + prepared.Buffer.Length, nextOffset);
        _log.Tail.Add(prepared.Buffer, baseOffset, nextOffset);
        _log.LogEndOffset = nextOffset;
        return Appended(baseOffset, nextOffset - 1, prepared.AppendTimeMs);
    }

    // A failed write may have left a part of its bytes. Without them the log is as it was.
    private AppendResult TakeBack(Segment active, int position, Exception error)
    {
        try
        {
            active.Space.Cut();
            active.File.SetLength(position);
        }
        catch (Exception second) when (DiskErrors.IsOfDisk(second))
        {
            _log.TryFail(new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"Partition {_log.Partition} is offline: writing {active.File.Path} at byte {position} (offset " +
                $"{_log.LogEndOffset}) failed ({error.Message}), and so did cutting off the part that was written " +
                $"({second.Message}). Check the disk and open the directory again.",
                second));
            return AppendResult.Refused(ErrorCode.KafkaStorageError, _log.Failure!.Message);
        }

        Log.AppendFailed(_services.Logger, _log.Partition, active.File.Path, position, error.Message);
        ErrorCode code = DiskErrors.CodeOf(error);
        return AppendResult.Refused(code, code == ErrorCode.StorageFull
            ? $"The disk is full, and nothing of the batch was kept: {error.Message} Free some space; appends then " +
                $"go on."
            : $"Writing {active.File.Path} at byte {position} failed, and nothing of the batch was kept: " +
                $"{error.Message}");
    }

    private AppendResult Appended(long baseOffset, long lastOffset, long appendTimeMs) => new()
    {
        BaseOffset = baseOffset,
        LastOffset = lastOffset,
        AppendTimeMs = appendTimeMs,
        LogStartOffset = _log.LogStartOffset,
    };

    private ProducerVerdict CheckProducers(ReadOnlySpan<byte> batches, AppendOrigin origin, long? verifiedAt)
    {
        RecordBatchEnumerator walk = new(batches);
        while (walk.MoveNext())
        {
            ProducerVerdict verdict = _log.Producers.Check(walk.Header, origin);
            if (verdict.ErrorCode == ErrorCode.None && walk.Header.IsControl)
                verdict = _log.Producers.CheckMarker(walk.Header, ProducerRecovery.MarkerOf(walk.Current));
            else if (verdict.ErrorCode == ErrorCode.None && verdict.Duplicate is null && verifiedAt is { } mark)
                verdict = _log.Producers.CheckVerified(walk.Header, mark);
            if (verdict.ErrorCode != ErrorCode.None || verdict.Duplicate is not null)
                return verdict;
        }

        return default;
    }

    private void NoteProducer(ReadOnlySpan<byte> batch, RecordBatchHeader header, long nowMs)
    {
        TransactionMarker? marker = header.IsControl ? ProducerRecovery.MarkerOf(batch) : null;
        if (_log.Producers.Add(header, marker, nowMs) is { } aborted)
            _log.Active.Transactions!.Append(aborted);
    }

    // Kafka's rules: full, old by the timestamps of its records, index full, or offsets too far apart for 31 bits.
    private bool MustRoll(in AppendBatches prepared, LogConfig config, long nowMs)
    {
        Segment active = _log.Active;
        if (active.SizeInBytes == 0)
            return active.BaseOffset != _log.LogEndOffset;

        bool hasTimes = active.FirstTimestamp >= 0 && prepared.MaxTimestamp >= 0;
        long waitedMs = hasTimes ? prepared.MaxTimestamp - active.FirstTimestamp : nowMs - active.CreatedMs;
        long lastOffset = _log.LogEndOffset + prepared.OffsetCount - 1;
        return active.SizeInBytes > config.SegmentBytes - prepared.Buffer.Length
            || waitedMs > config.SegmentMsMax - active.RollJitterMs
            || active.Indexes(config).IsFull(config.SegmentIndexBytes)
            || lastOffset - active.BaseOffset > int.MaxValue;
    }

    private void Roll(long nowMs)
    {
        Segment old = _log.Active;
        long baseOffset = _log.LogEndOffset;
        Invariant.Holds(baseOffset > old.BaseOffset);
        LogConfig config = _log.Config;
        long preallocate = config.Preallocate ? config.SegmentBytes : 0;
        Segment next = Segment.Create(
            _services.Files, _log.Directory, baseOffset, preallocate, nowMs, _services.NextRollJitterMs(config));

        old.Indexes(_log.Config).Seal();
        _log.Unflushed.Add(new SealedSegment(old, ProducerSnapshot.Encode(_log.Producers), baseOffset));
        _log.AreNamesDirty = true;
        _log.Segments = [.. _log.Segments, next];
        _services.Metrics.Storage.Rolled();
        Log.Rolled(_services.Logger, _log.Partition, baseOffset, old.SizeInBytes);
    }
}
