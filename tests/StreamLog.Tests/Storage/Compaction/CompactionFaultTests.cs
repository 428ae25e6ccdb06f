using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

// What happens to a log while compaction works on it, and what becomes of compaction when its disk fails.
public sealed class CompactionFaultTests
{
    private static readonly string[] Expected = ["c=1", "b=2", "a=3"];

    [Fact]
    public void A_reader_goes_on_in_a_segment_that_is_replaced()
    {
        CompactionHarness log = Filled(new InMemoryFileSystem(1 << 22));
        StreamLog.Storage.Segment old = log.Log.State.Segments[0];
        Assert.True(old.TryRetain());

        log.Compact();

        Assert.DoesNotContain(old, log.Log.State.Segments);
        byte[] before = new byte[old.SizeInBytes];
        Assert.Equal(before.Length, old.File.Read(before, 0));
        Assert.Equal(2, BatchSeen.Of(before.AsSpan(0, FirstBatch(before))).LastOffset);
        old.Release();
    }

    [Theory]
    [InlineData("trim")]
    [InlineData("cut")]
    [InlineData("close")]
    public void What_is_changed_meanwhile_is_left_alone(string change)
    {
        HookedFiles files = new(new InMemoryFileSystem(1 << 22));
        CompactionHarness log = Filled(files);
        string[] before = Values(log);
        Assert.True(log.Log.TryRoll());
        log.Commit();
        bool isDone = false;
        files.AfterSyncDirectory = _ =>
        {
            isDone = true;
            Assert.Contains(log.FileNames(), name => name.EndsWith(LogFileNames.Cleaned, StringComparison.Ordinal));
            if (change == "trim")
                log.Log.TrimTo(log.Log.LogEndOffset);
            else if (change == "cut")
                log.Log.TruncateTo(1);
            else
                log.Log.Close();
        };

        log.Compact();

        Assert.True(isDone);
        Assert.DoesNotContain(log.FileNames(), name => name.EndsWith(LogFileNames.Swap, StringComparison.Ordinal));
        if (change == "close")
        {
            Assert.True(log.Inner.Directory.DisposeAsync().IsCompletedSuccessfully);
            log = new CompactionHarness(files);
            Assert.Equal(before, Values(log));
            Assert.DoesNotContain(log.FileNames(), name => name.Contains(LogFileNames.Cleaned));
            return;
        }

        Assert.DoesNotContain(log.FileNames(), name => name.EndsWith(LogFileNames.Cleaned, StringComparison.Ordinal));
        log.Append(("d", "1"));
        log.Compact();
        Assert.Equal("d=1", Values(log)[^1]);
    }

    [Fact]
    public void A_corrupt_segment_is_reported_and_left_as_it_is()
    {
        InMemoryFileSystem files = new(1 << 22);
        CompactionHarness log = Filled(files);
        Assert.True(log.Log.TryRoll());
        string path = log.Log.State.Segments[0].File.Path;
        Flip(files, path, 70);
        byte[] before = ReadFile(files, path);

        CompactionReport report = log.Compact();

        string reason = Assert.Single(report.Failures).Value;
        Assert.Contains(path, reason, StringComparison.Ordinal);
        Assert.Contains("checksum", reason, StringComparison.Ordinal);
        Assert.True(log.Log.IsOnline);
        Assert.Equal(before, ReadFile(files, path));
        log.Append(("d", "1"));
        Assert.Single(log.Compact().Failures);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_step_that_fails_leaves_a_log_that_holds_the_same(bool isFull)
    {
        int steps = 0;
        for (int failing = 1; ; failing++)
        {
            StepCountingFileSystem files = new(new InMemoryFileSystem(1 << 22));
            CompactionHarness log = Filled(files);
            log.Commit();
            bool hasFailed = false;
            files.Restart();
            files.BeforeStep = (step, what) =>
            {
                if (step != failing)
                    return;
                hasFailed = true;
                if (isFull)
                    throw StorageErrors.DiskFull(what);
                throw new IOException($"Cannot {what}.");
            };
            log.Compact();
            files.BeforeStep = null;
            if (isFull && log.Log.IsOnline)
            {
                // There is room again.
                log.Append(("a", "4"));
                Assert.Empty(log.Compact().Failures);
                Assert.Equal(["c=1", "b=2", "a=4"], Values(log));
            }

            Assert.True(log.Inner.Directory.DisposeAsync().IsCompletedSuccessfully);
            CompactionHarness again = new(files);
            Assert.True(again.Log.IsOnline, again.Log.Failure?.Message);
            Assert.Equal(again.Log.LogEndOffset > 6 ? ["c=1", "b=2", "a=4"] : Expected, Newest(again));
            if (!hasFailed)
                break;
            steps++;
        }

        Assert.True(steps > 20, $"{steps} steps");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_swap_that_could_not_begin_leaves_the_log_as_it_was(bool isFull)
    {
        StepCountingFileSystem files = new(new InMemoryFileSystem(1 << 22));
        CompactionHarness log = Filled(files);
        string[] before = Values(log);
        files.BeforeStep = (_, what) =>
        {
            if (!what.EndsWith(LogFileNames.Swap, StringComparison.Ordinal))
                return;
            throw isFull ? StorageErrors.DiskFull(what) : new IOException($"Cannot {what}.");
        };

        CompactionReport report = log.Compact();

        Assert.Contains(".swap", Assert.Single(report.Failures).Value, StringComparison.Ordinal);
        Assert.True(log.Log.IsOnline);
        Assert.Equal(before, Values(log));
        files.BeforeStep = null;
        Assert.Empty(log.Compact().Failures);
        Assert.Equal(Expected, Values(log));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_log_that_fails_unforeseen_holds_up_no_other(bool isTurn)
    {
        HookedFiles files = new(new InMemoryFileSystem(1 << 22));
        CompactionHarness log = Filled(files);
        PartitionLog other = FilledBeside(log);
        Assert.True(log.Log.TryRoll());
        files.BeforeOpen = path =>
        {
            if (path.Contains("orders-0", StringComparison.Ordinal)
                && path.Contains(LogFileNames.Cleaned, StringComparison.Ordinal))
            {
                throw new InvalidOperationException("A mistake.");
            }
        };

        if (isTurn)
            log.Turn();
        else
            Assert.Equal("A mistake.", Assert.Single(log.Compact().Failures).Value);

        Assert.Equal([(2, "1")], LogHarness.ReadAll(other));
        Assert.Equal(6, log.ReadAll().Count);
    }

    [Fact]
    public void A_log_whose_turn_cannot_even_be_judged_holds_up_no_other()
    {
        HookedFiles files = new(new InMemoryFileSystem(1 << 22));
        CompactionHarness log = new(files, CompactionHarness.Small with { MaxCompactionLagMs = 1 });
        PartitionLog other = FilledBeside(log);
        log.Append(("a", "1"));
        files.BeforeOpen = path =>
        {
            if (path.Contains("orders-0", StringComparison.Ordinal))
                throw new InvalidOperationException("A mistake.");
        };

        log.Turn();

        Assert.Equal([(2, "1")], LogHarness.ReadAll(other));
    }

    [Fact]
    public void A_checkpoint_that_could_not_be_flushed_takes_the_directory_offline()
    {
        SimulatedDisk disk = new();
        CompactionHarness log = Filled(disk);
        Assert.True(log.Log.TryRoll());
        log.Commit();
        disk.Faults.FailFlushes(path => path.Contains(DirectoryCheckpoints.Compacted, StringComparison.Ordinal));

        Assert.Single(log.Compact().Failures);

        Assert.Contains(DirectoryCheckpoints.Compacted, log.Inner.Directory.Failure!.Message, StringComparison.Ordinal);
        Assert.False(log.Log.IsOnline);
    }

    private static CompactionHarness Filled(IFileSystem files)
    {
        CompactionHarness log = new(files);
        log.Append(("a", "1"), ("b", "1"), ("c", "1"));
        log.Append(("a", "2"), ("b", "2"));
        log.Append(("a", "3"));
        return log;
    }

    // Another partition, with something to compact.
    private static PartitionLog FilledBeside(CompactionHarness log)
    {
        PartitionLog other = log.Inner.Directory.OpenPartition(
            new("orders", 1), LogHarness.TopicId, CompactionHarness.Small);
        for (int i = 0; i < 3; i++)
        {
            using RecordBuffer batch = CompactionHarness.BatchOf([("a", "1")]);
            Assert.True(other.AppendAsLeader(batch, 0).IsSuccess);
            Assert.True(other.TryRoll());
        }

        other.RequestFlush();
        other.HighWatermark = 3;
        return other;
    }

    private static string[] Values(CompactionHarness log) =>
        [.. log.ReadAll().Select(record => $"{record.Key}={record.Value}")];

    private static string[] Newest(CompactionHarness log) =>
        [.. log.ReadAll().GroupBy(record => record.Key).Select(group => group.MaxBy(record => record.Offset))
            .OrderBy(record => record.Offset).Select(record => $"{record.Key}={record.Value}")];

    private static int FirstBatch(byte[] bytes)
    {
        RecordBatchEnumerator walk = new(bytes);
        Assert.True(walk.MoveNext());
        return walk.NextPosition;
    }

    private static byte[] ReadFile(IFileSystem files, string path) => AtomicFile.Read(files, path)!;

    private static void Flip(IFileSystem files, string path, long position)
    {
        using IFile file = files.Open(path, FileOpenMode.Open);
        byte[] one = new byte[1];
        file.Read(one, position);
        one[0] ^= 1;
        file.Write(one, position);
    }
}
