using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Protocol;

namespace StreamLog.Storage;

/// <summary>
/// Reads a log: from the tail cache where that holds what is wanted, else from the files. Any thread, no gate.
/// </summary>
internal sealed partial class LogReader
{
    private readonly LogState _log;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;

    public LogReader(LogState log, LogServices services)
    {
        _log = log;
        _metrics = services.Metrics.Storage;
        _logger = services.Logger;
    }

    /// <summary>Reads whole batches of one segment.</summary>
    public LogReadResult Read(in ReadWindow window)
    {
        while (true)
        {
            int truncations = _log.Truncations;
            long end = _log.LogEndOffset;
            if (_log.Failure is { } failure)
                return Refused(failure.ErrorCode, failure.Message);
            if (window.Offset < _log.LogStartOffset || window.Offset > end)
            {
                StreamLogException outside = _log.OutOfRange(window.Offset);
                return Refused(outside.ErrorCode, outside.Message);
            }

            ReadWindow limited = window with { LimitOffset = Math.Min(window.LimitOffset, end) };
            if (window.Offset >= limited.LimitOffset)
                return Found(RecordBuffer.Empty);
            if (_log.Tail.TryRead(limited) is { } cached)
            {
                _metrics.Read(cached.Length, isFromMemory: true);
                return Found(cached);
            }

            LogReadResult? result = ReadFile(limited, truncations);
            if (result is { } read && _log.Truncations == truncations)
            {
                _metrics.Read(read.Records.Length, isFromMemory: false);
                return read;
            }

            // The log was cut or trimmed meanwhile; what was read may be gone.
            result?.Records.Dispose();
        }
    }

    // Returns null where the segment went while it was looked for.
    private LogReadResult? ReadFile(in ReadWindow window, int truncations)
    {
        if (_log.RetainSegment(window.Offset) is not { } segment)
            return null;

        try
        {
            return Found(Read(segment, window));
        }
        catch (CorruptSegmentException error)
        {
            Note(segment, truncations, error.Position, error.Offset, error.Fault, error.Message);
            return Refused(error.ErrorCode, error.Message);
        }
        catch (StreamLogException error)
        {
            return Refused(error.ErrorCode, error.Message);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            string fault = $"it cannot be read: {error.Message}";
            string message =
                $"Reading {segment.File.Path} for offset {window.Offset} failed: {error.Message} Check the disk.";
            Note(segment, truncations, position: 0, window.Offset, fault, message);
            return Refused(ErrorCode.KafkaStorageError, message);
        }
        finally
        {
            segment.Release();
        }
    }

    // An index that does not match its log is built anew, once: it has no checksum, and everything in it comes from the
    // log.
    private RecordBuffer Read(Segment segment, in ReadWindow window)
    {
        LogConfig config = _log.Config;
        try
        {
            return SegmentReader.Read(segment, _log.Epochs, config, window);
        }
        catch (StreamLogException) when (segment.TryBeginRebuild())
        {
            Rebuild(segment, config);
            return SegmentReader.Read(segment, _log.Epochs, config, window);
        }
    }

    private void Rebuild(Segment segment, LogConfig config)
    {
        Segment[] segments = _log.Segments;
        if (segments.Length == 0 || !ReferenceEquals(segment, segments[^1]))
        {
            segment.RebuildIndexes(config);
            return;
        }

        // The gate keeps the writer off the indexes of the active segment meanwhile.
        lock (_log.Gate)
            segment.RebuildIndexes(config);
    }

    private LogReadResult Found(RecordBuffer records) => new()
    {
        Records = records,
        LogStartOffset = _log.LogStartOffset,
        LogEndOffset = _log.LogEndOffset,
    };

    // An answer to a fetch has no room for the reason, and consumers ask again and again.
    private void Note(Segment segment, int truncations, long position, long offset, string fault, string message)
    {
        ScrubFinding finding = new()
        {
            Partition = _log.Partition,
            File = segment.File.Path,
            Position = position,
            Offset = offset,
            Fault = fault,
        };
        if (_log.Failure is null && _log.Truncations == truncations && _log.TryNote(segment, finding))
            Log.Unreadable(_logger, _log.Partition, message);
    }

    private LogReadResult Refused(ErrorCode code, string message) => new()
    {
        ErrorCode = code,
        Message = message,
        LogStartOffset = _log.LogStartOffset,
        LogEndOffset = _log.LogEndOffset,
    };
}
