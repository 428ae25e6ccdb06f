using System.Globalization;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

/// <summary>
/// Does everything that changes a log on a disk whose power may go at any moment, and knows what must be there
/// afterwards.
/// </summary>
internal sealed class CrashWorkload
{
    private const long ProducerId = 42;

    /// <summary>Gets how the log is kept.</summary>
    public LogConfig Config { get; init; } = new() { SegmentBytes = 420, IndexIntervalBytes = 100 };

    private readonly List<(int Sequence, string[] Values)> _batches = [];
    private int _sequence;
    private int _epoch;

    /// <summary>Gets how the directory is kept.</summary>
    public LogDirectorySettings Settings { get; init; } = new() { NodeId = 1 };

    /// <summary>Gets what was appended, as the log had it at the time: what may be there.</summary>
    public List<(long Offset, string Value)> Possible { get; } = [];

    /// <summary>
    /// Gets the offset below which everything was acknowledged and not taken back: what must be there.
    /// </summary>
    public long AcknowledgedOffset { get; private set; }

    /// <summary>Gets the highest offset that the log's start was told to be raised to.</summary>
    public long TrimmedOffset { get; private set; }

    /// <summary>Gets the lowest offset that a cut was begun at and not yet appended over.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Runs until it is done or the power is gone.</summary>
    public void Run(SimulatedDisk disk)
    {
        LogHarness? log = null;
        try
        {
            log = new LogHarness(disk, Config, Settings);
            log.Log.AssignEpochStart(++_epoch);
            AppendSome(log, 3);
            log.Directory.WriteCheckpoints();
            AppendSome(log, 4);
            log.Directory.Tick();
            Append(log, 2);
            Append(log, 1);
            Flush(log);
            log.Log.AssignEpochStart(++_epoch);
            AppendSome(log, 2);
            log.Directory.Tick();
            Truncate(log, log.Log.LogEndOffset - 5);
            AppendSome(log, 3);
            log.Directory.Tick();
            Trim(log, AcknowledgedOffset - 6);
            AppendSome(log, 2);
            Retain(log, bytes: 700);
            AppendSome(log, 2);
            log.Stop();

            log = new LogHarness(disk, Config, Settings);
            Assert.True(log.Directory.WasCleanShutdown);
            log.Log.AssignEpochStart(++_epoch);
            AppendSome(log, 3);
            Retain(log, bytes: 0);
            AppendSome(log, 1);
            Append(log, 3);
        }
        catch (PowerCutException)
        {
        }
        catch (StreamLogException error) when (error.ErrorCode == ErrorCode.KafkaStorageError)
        {
            // The power went within a call that words the failures of its disk.
        }

        log?.Log.Close();
    }

    /// <summary>Opens what a crash left, checks it, and goes on with it.</summary>
    public void Check(SimulatedDisk left)
    {
        LogHarness log = new(left, Config);
        Assert.True(log.Log.IsOnline, log.Log.Failure?.Message);
        long start = log.Log.LogStartOffset;
        Assert.True(start <= TrimmedOffset, $"The log starts at {start}, and was trimmed to {TrimmedOffset} at most.");
        Assert.True(log.Log.LogEndOffset >= AcknowledgedOffset, $"The log ends at {log.Log.LogEndOffset} of " +
            $"{AcknowledgedOffset}.");

        List<(long Offset, string Value)> found = log.ReadAll();
        for (int i = 0; i < found.Count; i++)
        {
            Assert.Equal(start + i, found[i].Offset);
            Assert.Contains(found[i], Possible);
        }

        Assert.Equal(found.Count, found.Select(record => record.Value).Distinct().Count());
        List<(long, string)> acknowledged =
            [.. Possible.Where(record => record.Offset >= start && record.Offset < AcknowledgedOffset)];
        Assert.Equal(acknowledged, found.Take(acknowledged.Count));
        if (!WasCut)
            RetryUnacknowledged(log);
    }

    // A producer whose answers were lost sends again what was in flight: each record is there once, in order.
    private void RetryUnacknowledged(LogHarness log)
    {
        foreach ((int sequence, string[] values) in _batches.TakeLast(5))
        {
            AppendResult result = log.AppendAndDispose(
                LogHarness.IdempotentBatch(ProducerId, 0, sequence, values), epoch: _epoch + 1);
            Assert.Equal(ErrorCode.None, result.ErrorCode);
        }

        List<string> values_ = [.. log.ReadAll().Select(record => record.Value)];
        List<string> sent = [.. _batches.SelectMany(batch => batch.Values)];
        Assert.Equal(sent.TakeLast(values_.Count), values_);
    }

    private void AppendSome(LogHarness log, int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            Append(log, 1 + (i % 3));
            Flush(log);
        }
    }

    private void Append(LogHarness log, int records)
    {
        string[] values =
            [.. Enumerable.Range(_sequence, records).Select(number => "value " +
                "" + number.ToString(CultureInfo.InvariantCulture))];
        int sequence = _sequence;
        _sequence += records;
        _batches.Add((sequence, values));
        long offset = log.Log.LogEndOffset;
        for (int i = 0; i < records; i++)
            Possible.Add((offset + i, values[i]));

        AppendResult result = log.AppendAndDispose(LogHarness.IdempotentBatch(ProducerId, 0, sequence, values), _epoch);
        if (!result.IsSuccess)
            throw new PowerCutException("the append");
    }

    private void Flush(LogHarness log)
    {
        log.Flush();
        if (!log.Log.IsOnline)
            throw new PowerCutException("the append");
        AcknowledgedOffset = Math.Max(AcknowledgedOffset, log.Log.DurableOffset);
    }

    private void Truncate(LogHarness log, long offset)
    {
        long end = log.Log.LogEndOffset;
        // A batch is cut as a whole; none has more than three.
        AcknowledgedOffset = Math.Min(AcknowledgedOffset, offset - 2);
        WasCut = true;
        log.Log.TruncateTo(offset);
        Assert.InRange(log.Log.LogEndOffset, AcknowledgedOffset, end);

        // What a producer sends next must follow what is left.
        Possible.RemoveAll(record => record.Offset >= log.Log.LogEndOffset);
        _batches.RemoveAll(batch => !Possible.Any(record => record.Value == batch.Values[0]));
        _sequence = _batches[^1].Sequence + _batches[^1].Values.Length;
        WasCut = false;
    }

    private void Trim(LogHarness log, long offset)
    {
        TrimmedOffset = offset;
        log.Log.TrimTo(offset);
    }

    private void Retain(LogHarness log, long bytes)
    {
        TrimmedOffset = AcknowledgedOffset;
        log.Log.HighWatermark = AcknowledgedOffset;
        log.Log.UpdateConfig(Config with { RetentionBytes = bytes });
        log.Log.ApplyRetention();
        log.Log.UpdateConfig(Config);
    }
}
