using System.Globalization;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: a flipped bit, wherever it is, is detected or does no harm; nobody is ever given wrong records, offsets, times
// or epochs. Method: a directory with several segments, epochs, producers and a trimmed start; each byte of each file
// has one bit turned over in a copy of its own, which is then opened and asked everything. What becomes of it is
// counted by file, and stands below.
public sealed class FlippedBitTests
{
    private static readonly LogConfig Small =
        new() { SegmentBytes = 900, IndexIntervalBytes = 120, FileDeleteDelayMs = 0 };

    private const long Trimmed = 15;

    private enum Outcome
    {
        Harmless,
        DirectoryRefused,
        PartitionOffline,
        ReadRefused,
        TrimForgotten,
    }

    // After a stop in order everything is below the recovery point: whatever is missing was durable.
    [Theory]
    [InlineData("/data/orders-0/00000000000000000022.log", "ReadRefused")]
    [InlineData("/data/orders-0/00000000000000000022.index", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000022.timeindex", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000055.log", "ReadRefused")]
    [InlineData("/data/orders-0/00000000000000000055.index", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000055.timeindex", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000060.snapshot", "Harmless")]
    [InlineData("/data/orders-0/leader-epoch-checkpoint", "Harmless ReadRefused")]
    [InlineData("/data/orders-0/partition.metadata", "Harmless PartitionOffline")]
    [InlineData("/data/recovery-point-offset-checkpoint", "Harmless")]
    [InlineData("/data/log-start-offset-checkpoint", "Harmless")]
    [InlineData("/data/replication-offset-checkpoint", "Harmless")]
    [InlineData("/data/streamlog.flush-marks", "Harmless")]
    [InlineData("/data/streamlog.format", "DirectoryRefused")]
    [InlineData("/data/meta.properties", "DirectoryRefused Harmless")]
    [InlineData("/data/.kafka_cleanshutdown", "Harmless")]
    public void After_a_stop_in_order_it_is_detected_or_harmless(string path, string outcomes) =>
        Assert.Equal(outcomes, FlipEach(Build(isStopped: true), path));

    // After a crash the files are scanned. What had been flushed is still known from the marks.
    [Theory]
    [InlineData("/data/orders-0/00000000000000000022.log", "ReadRefused")]
    [InlineData("/data/orders-0/00000000000000000022.index", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000022.timeindex", "Harmless")]
    [InlineData("/data/orders-0/00000000000000000055.log", "ReadRefused")]
    [InlineData("/data/orders-0/leader-epoch-checkpoint", "Harmless ReadRefused")]
    [InlineData("/data/orders-0/partition.metadata", "Harmless PartitionOffline")]
    [InlineData("/data/recovery-point-offset-checkpoint", "Harmless")]
    [InlineData("/data/log-start-offset-checkpoint", "Harmless")]
    [InlineData("/data/replication-offset-checkpoint", "Harmless")]
    [InlineData("/data/streamlog.flush-marks", "Harmless")]
    public void After_a_crash_it_is_detected_or_harmless(string path, string outcomes) =>
        Assert.Equal(outcomes, FlipEach(Build(isStopped: false), path));

    [Fact]
    public void No_file_is_left_out()
    {
        string[] ends =
        [
            ".log", ".index", ".timeindex", ".snapshot",
            "leader-epoch-checkpoint", "partition.metadata", "-offset-checkpoint",
            "streamlog.flush-marks", "streamlog.format", "meta.properties", ".kafka_cleanshutdown",
            "streamlog.lock",
        ];
        Assert.All(
            Build(isStopped: true).ListAll(),
            path => Assert.True(ends.Any(path.EndsWith), path));
    }

    private static SimulatedDisk Build(bool isStopped)
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, Small);
        for (int i = 0; i < 60; i++)
        {
            if (i % 20 == 0)
                log.Log.AssignEpochStart(i / 20);
            using RecordBuffer batch = i % 3 == 0
                ? LogHarness.IdempotentBatch(5, 0, i / 3, $"value {i}")
                : LogHarness.Batch(1_000 + (10 * i), $"value {i}");
            Assert.True(log.Log.AppendAsLeader(batch, i / 20).IsSuccess);
        }

        log.Flush();
        log.Log.TrimTo(Trimmed);
        log.Directory.WriteCheckpoints();
        if (isStopped)
            log.Stop();
        else
            log.Directory.Tick();
        return disk.Crash([.. disk.UnsyncedOperations.Select(_ => true)]);
    }

    private static string FlipEach(SimulatedDisk sound, string path)
    {
        Answers expected = Ask(new LogHarness(sound.Crash(), Small));
        HashSet<Outcome> outcomes = [];
        int length = sound.ReadAll(path).Length;
        Assert.True(length > 0);
        for (int position = 0; position < length; position++)
        {
            SimulatedDisk flipped = sound.Crash();
            flipped.FlipBit(path, position, (position * 5) % 8);
            try
            {
                outcomes.Add(Try(flipped, expected));
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Bit {(position * 5) % 8} of byte {position} of {path}.", error);
            }
        }

        return string.Join(' ', outcomes.Select(outcome => outcome.ToString()).Order(StringComparer.Ordinal));
    }

    private static Outcome Try(SimulatedDisk disk, Answers expected)
    {
        LogHarness log;
        try
        {
            log = new LogHarness(disk, Small);
        }
        catch (StreamLogException error)
        {
            Assert.Contains("/data", error.Message);
            return Outcome.DirectoryRefused;
        }

        try
        {
            if (!log.Log.IsOnline)
            {
                Assert.Contains("/data/orders-0", log.Log.Failure!.Message);
                return Outcome.PartitionOffline;
            }

            Answers found = Ask(log);
            Assert.True(log.Log.LogStartOffset <= Trimmed);
            for (int i = 0; i < expected.Items.Count; i++)
            {
                string? item = found.Items[i];
                Assert.True(item is null || item == expected.Items[i], $"{item} for {expected.Items[i]}");
            }

            if (log.Log.LogStartOffset < Trimmed)
                return Outcome.TrimForgotten;
            return found.Items.Contains(null) ? Outcome.ReadRefused : Outcome.Harmless;
        }
        finally
        {
            log.Log.Close();
        }
    }

    // Everything that a log can be asked, in words; null where it refused to answer.
    private static Answers Ask(LogHarness log)
    {
        List<string?> items = [string.Create(CultureInfo.InvariantCulture, $"{log.Log.LogEndOffset}")];
        for (long offset = Trimmed; offset < log.Log.LogEndOffset; offset++)
        {
            LogReadResult result = log.Log.Read(offset, log.Log.LogEndOffset, 1, atLeastOneBatch: true);
            using RecordBuffer bytes = result.Records;
            items.Add(result.ErrorCode == ErrorCode.None ? Convert.ToHexString(bytes.Span) : null);
        }

        for (long timestamp = 1_160; timestamp < 1_700; timestamp += 7)
            items.Add(Search(log, timestamp));
        for (int epoch = 0; epoch < 4; epoch++)
            items.Add(EndOf(log, epoch));

        AppendResult retry = log.AppendAndDispose(LogHarness.IdempotentBatch(5, 0, 19, "value 57"), epoch: 2);
        items.Add(retry.ErrorCode == ErrorCode.KafkaStorageError
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{retry.ErrorCode} {retry.BaseOffset}"));
        return new Answers(items);
    }

    private static string? EndOf(LogHarness log, int epoch)
    {
        try
        {
            return log.Log.EndOffsetForEpoch(epoch).ToString();
        }
        catch (StreamLogException error)
        {
            Assert.Equal(ErrorCode.KafkaStorageError, error.ErrorCode);
            return null;
        }
    }

    private static string? Search(LogHarness log, long timestamp)
    {
        try
        {
            return $"{timestamp}: {log.Log.FindOffsetByTimestamp(timestamp)}";
        }
        catch (StreamLogException error)
        {
            Assert.Equal(ErrorCode.KafkaStorageError, error.ErrorCode);
            return null;
        }
    }

    private sealed record Answers(List<string?> Items);
}
