using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>One run of compaction over one log.</summary>
/// <remarks>
/// It reads the keys of what is dirty into a map, and writes every segment up to there anew without what the map knows
/// to be old; where the keys do not fit, again from where the map ended. Appends, reads, trims and cuts go on; a group
/// of segments that was cut or trimmed meanwhile is left to the next run. For one task at a time.
/// </remarks>
internal sealed partial class LogCompaction
{
    // How much is done at once between two looks at the clock.
    private const int StepBytes = 1024 * 1024;

    private readonly PartitionLog _log;
    private readonly LogState _state;
    private readonly LogServices _services;
    private readonly CompactionThrottle _throttle;
    private readonly SipHash128 _hash;

    public LogCompaction(PartitionLog log, LogServices services, CompactionThrottle throttle, SipHash128 hash)
    {
        _log = log;
        _state = log.State;
        _services = services;
        _throttle = throttle;
        _hash = hash;
    }

    /// <summary>Compacts a range.</summary>
    /// <returns>What was done. It may have ended early, because the log was changed or closed.</returns>
    /// <exception cref="StreamLogException">The log is corrupt, and was left as it is from there on.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public async ValueTask<CompactionOutcome> RunAsync(CompactionRange range, CancellationToken stopping)
    {
        CompactionOutcome outcome = new() { EndOffset = range.FirstDirtyOffset };
        while (outcome.EndOffset < range.EndOffset)
        {
            OffsetMap map = await ReadKeysAsync(outcome.EndOffset, range.EndOffset, stopping).ConfigureAwait(false);
            outcome.Passes++;
            bool isWhole = map.EndOffset > outcome.EndOffset
                && await CleanAsync(map, outcome, stopping).ConfigureAwait(false)
                && TryNote(map.EndOffset);
            if (!isWhole)
                break;
            outcome.EndOffset = map.EndOffset;
        }

        return outcome;
    }

    private bool TryNote(long offset)
    {
        // Under this gate the log is not closed, so that nothing is noted of one that is deleted.
        lock (_state.NotesGate)
        {
            if (_state.Failure is not null)
                return false;
            _services.Checkpoints.SaveCompacted(_state.Partition, offset);
            return true;
        }
    }

    private async ValueTask<OffsetMap> ReadKeysAsync(long from, long to, CancellationToken stopping)
    {
        OffsetMap map = new(_services.Settings.CompactionMapBytes, to - from, _hash) { EndOffset = from };
        CleanedTransactions transactions = new();
        transactions.Add(TransactionIndexes.Collect(_services, _state, from, to));
        foreach (Segment segment in _state.Segments)
        {
            if (segment.NextOffset <= from || segment.NextOffset > to)
                continue;
            if (!segment.TryRetain())
                break; // Gone meanwhile: what is cleaned will not be found either.
            try
            {
                if (!await ReadKeysAsync(map, transactions, segment, from, stopping).ConfigureAwait(false))
                    break;
                map.EndOffset = segment.NextOffset;
            }
            finally
            {
                segment.Release();
            }
        }

        return map;
    }

    private async ValueTask<bool> ReadKeysAsync(
        OffsetMap map, CleanedTransactions transactions, Segment segment, long from, CancellationToken stopping)
    {
        int position = 0;
        if (from > segment.BaseOffset)
        {
            int relativeOffset = (int)(from - segment.BaseOffset);
            segment.Indexes(_state.Config).Offsets.TryFindFloor(relativeOffset, out _, out position);
        }

        using SealedSource source = new(segment, position, _state.Epochs);
        while (true)
        {
            bool isOver = false;
            int bytes = 0;
            while (bytes < StepBytes && !isOver)
            {
                isOver = !source.MoveNext();
                if (isOver)
                    break;
                bytes += source.Batch.Length;
                if (!TryReadKeys(map, transactions, source, from))
                    return false;
            }

            await _throttle.SpendAsync(bytes, stopping).ConfigureAwait(false);
            if (isOver)
                return true;
        }
    }

    // Notes how far it came, where the map is full: the record that did not fit is the first of the next pass.
    private static bool TryReadKeys(
        OffsetMap map, CleanedTransactions transactions, SealedSource source, long from)
    {
        RecordBatchHeader header = new(source.Batch);
        if (header.IsControl)
        {
            transactions.IsEmpty(
                header, header.HasProducerId ? ProducerRecovery.MarkerOf(source.Batch) : null, out _);
            return true;
        }

        if (transactions.IsAborted(header) || header.LastOffset < from)
            return true;
        try
        {
            using RecordReader records = new(source.Batch);
            while (records.MoveNext())
            {
                RecordView record = records.Current;
                if (record.Offset < from || !record.HasKey)
                    continue;
                if (!map.TryPut(record.Key, record.Offset))
                {
                    map.EndOffset = record.Offset;
                    return false;
                }
            }
        }
        catch (StreamLogException error) when (error.ErrorCode == ErrorCode.CorruptMessage)
        {
            throw source.Corrupt(error.Message);
        }

        return true;
    }

    // Cleans everything below the end of the map, group by group.
    private async ValueTask<bool> CleanAsync(OffsetMap map, CompactionOutcome outcome, CancellationToken stopping)
    {
        Segment[] segments = [.. _state.Segments.TakeWhile(segment => segment.BaseOffset < map.EndOffset)];
        if (segments.Length == 0)
            return false; // Closed meanwhile.
        LogConfig config = _state.Config;
        CleanedTransactions transactions = new();
        transactions.Add(TransactionIndexes.Collect(
            _services, _state, segments[0].BaseOffset, segments[^1].NextOffset));
        BatchFilter filter = new(map, Rules(config), transactions, outcome.Counts);
        int first = 0;
        SegmentFacts[] sizes = [.. segments.Select(segment => CompactionFacts.SizesOf(segment, config))];
        foreach (int count in SegmentGroups.Group(sizes, config.SegmentBytes, config.SegmentIndexBytes))
        {
            Segment[] group = segments[first..(first + count)];
            first += count;
            if (!await CleanAsync(group, filter, outcome, stopping).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    private async ValueTask<bool> CleanAsync(
        Segment[] group, BatchFilter filter, CompactionOutcome outcome, CancellationToken stopping)
    {
        int retained = 0;
        try
        {
            foreach (Segment segment in group)
            {
                if (!segment.TryRetain())
                    return false;
                retained++;
            }

            using CleanedSegment cleaned = new(
                _services.Files, _state.Directory, group, _state.Config.IndexIntervalBytes);
            return await CleanAsync(cleaned, filter, outcome, stopping).ConfigureAwait(false);
        }
        finally
        {
            foreach (Segment segment in group.AsSpan(0, retained))
                segment.Release();
        }
    }

    private async ValueTask<bool> CleanAsync(
        CleanedSegment cleaned, BatchFilter filter, CompactionOutcome outcome, CancellationToken stopping)
    {
        bool isSwapped = false;
        try
        {
            foreach (Segment segment in cleaned.Sources)
            {
                if (!await CopyAsync(segment, cleaned, filter, stopping).ConfigureAwait(false))
                    return false;
            }

            if (cleaned.IsSame)
                return true;
            isSwapped = _log.TryReplace(cleaned);
        }
        finally
        {
            if (!isSwapped && !cleaned.IsSame)
                Discard(cleaned);
        }

        if (!isSwapped)
            return false;
        outcome.SegmentsBefore += cleaned.Sources.Length;
        outcome.SegmentsAfter++;
        outcome.BytesBefore += cleaned.Sources.Sum(segment => (long)segment.SizeInBytes);
        outcome.BytesAfter += cleaned.SizeInBytes;
        return true;
    }

    private async ValueTask<bool> CopyAsync(
        Segment segment, CleanedSegment cleaned, BatchFilter filter, CancellationToken stopping)
    {
        using SealedSource source = new(segment, 0, _state.Epochs);
        while (true)
        {
            if (_state.Failure is not null)
                return false;
            long written = cleaned.SizeInBytes;
            long bytes = 0;
            bool isOver = false;
            while (bytes < StepBytes && !isOver)
            {
                isOver = !source.MoveNext();
                if (isOver)
                    break;
                Filter(source, cleaned, filter);
                bytes += source.Batch.Length;
            }

            if (!cleaned.IsSame)
                bytes += cleaned.SizeInBytes - written;
            await _throttle.SpendAsync(bytes, stopping).ConfigureAwait(false);
            if (isOver)
                return true;
        }
    }

    private static void Filter(SealedSource source, CleanedSegment cleaned, BatchFilter filter)
    {
        try
        {
            ReadOnlySpan<byte> kept = filter.Filter(source.Batch);
            cleaned.Add(source.Batch, kept);
            if (filter.KeptAbort is { } aborted)
                cleaned.Transactions.Append(aborted);
        }
        catch (StreamLogException error) when (error.ErrorCode == ErrorCode.CorruptMessage)
        {
            throw source.Corrupt(error.Message);
        }
    }

    // What stays behind is deleted at the next start, or by the next run.
    private void Discard(CleanedSegment cleaned)
    {
        try
        {
            if (_state.Failure is null)
                cleaned.Delete();
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            Log.NotDeleted(_services.Logger, cleaned.Sources[0].File.Path, error.Message);
        }
    }

    private FilterRules Rules(LogConfig config)
    {
        _log.EnsureProducers();
        lock (_state.Gate)
        {
            return new FilterRules
            {
                LogStartOffset = _state.LogStartOffset,
                NowMs = _services.NowMs,
                DeleteRetentionMs = config.DeleteRetentionMs,
                Producers = _state.Producers.LastBatches(),
            };
        }
    }
}
