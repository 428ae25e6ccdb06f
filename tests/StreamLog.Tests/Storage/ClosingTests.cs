using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Storage;

// What is done to a log by one thread while another one closes it, deletes it or stops the directory.
public sealed class ClosingTests
{
    private const string Folder = "/data/orders-0";

    private static readonly Guid OtherTopic = new("99999999-2222-3333-4444-555555555555");
    private static readonly LogConfig Small = new() { SegmentBytes = 100, FileDeleteDelayMs = 0 };

    private readonly SimulatedDisk _disk = new();
    private readonly StepCountingFileSystem _files;
    private readonly LogHarness _log;

    public ClosingTests()
    {
        _files = new StepCountingFileSystem(_disk);
        _log = new LogHarness(_files, Small);
    }

    // Or it would take away the files of the partition that gets the name.
    [Fact]
    public void A_partition_is_deleted_only_once_a_trim_of_it_is_over()
    {
        Fill();
        PartitionLog? next = null;
        using Beside deletion = new(() => next = DeleteAndCreate());
        deletion.BeginAt(_files, $"sync {Folder}");

        _log.Log.TrimTo(2);
        deletion.End();

        Assert.Contains(LogFileNames.PathOf(Folder, 0, LogFileNames.Log), _disk.ListAll());
        Assert.Equal([(0, "new")], LogHarness.ReadAll(next!));
    }

    [Fact]
    public void A_partition_is_deleted_only_once_an_epoch_of_it_is_written()
    {
        PartitionLog? next = null;
        using Beside deletion = new(() => next = DeleteAndCreate(isFilled: false));
        deletion.BeginAt(_files, $"flush {Folder}/{LogFileNames.PartitionMetadata}");

        Record.Exception(() => _log.Log.AssignEpochStart(5));
        deletion.End();

        Assert.Equal(-1, next!.LatestEpoch);
        Assert.DoesNotContain($"{Folder}/{LogFileNames.LeaderEpochs}", _disk.ListAll());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_waited_for_its_turn_while_the_log_was_lost_changes_nothing(bool isTrim)
    {
        Fill();
        StreamLogException? refused = null;
        using Beside cut = new(() => refused = Assert.Throws<StreamLogException>(() =>
        {
            if (isTrim)
                _log.Log.TrimTo(3);
            else
                _log.Log.TruncateTo(2);
        }));
        cut.BeginAt(
            _files,
            $"sync {Folder}",
            () => _log.Log.GoOffline(new StreamLogException(ErrorCode.KafkaStorageError, "lost")));

        _log.Log.TrimTo(2);
        cut.End();

        Assert.Equal("lost", refused!.Message);
        Assert.Equal((2, 3), (_log.Log.LogStartOffset, _log.Log.LogEndOffset));
    }

    [Fact]
    public async Task A_log_that_a_repair_opens_while_the_directory_stops_is_stopped_in_order_too()
    {
        Fill();
        Task? stopping = null;
        _files.BeforeStep = (_, what) =>
        {
            if (what == $"list {Folder}")
                stopping ??= _log.Directory.DisposeAsync().AsTask();
        };

        RepairResult repaired = await _log.Directory.Maintenance.RunNowAsync(
            RepairTask.TaskName,
            _ => new ValueTask<RepairResult>(
                _log.Directory.RepairPartition(LogHarness.Orders, LogHarness.TopicId, Small)),
            TestContext.Current.CancellationToken);
        await stopping!;

        Assert.True(repaired.Log!.State.IsClosed);
        LogHarness after = new(_disk, Small);
        Assert.True(after.Directory.WasCleanShutdown);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], after.ReadAll());
    }

    [Fact]
    public void A_log_that_is_opened_only_after_the_directory_has_stopped_is_closed_again()
    {
        Task? stopping = null;
        _files.BeforeStep = (_, what) =>
        {
            if (what == "list /data/orders-1")
                stopping ??= _log.Directory.DisposeAsync().AsTask();
        };
        TopicPartition late = new("orders", 1);

        Assert.Throws<ObjectDisposedException>(() => _log.Directory.OpenPartition(late, LogHarness.TopicId, Small));

        Assert.True(stopping!.IsCompletedSuccessfully);
        _files.BeforeStep = null;
        Assert.False(new LogHarness(_files, Small).Directory.WasCleanShutdown);
    }

    private void Fill()
    {
        foreach (string value in (string[])["a", "b", "c"])
            _log.Append(value);
        _log.Flush();
        _log.Log.HighWatermark = 3;
    }

    private PartitionLog DeleteAndCreate(bool isFilled = true)
    {
        Assert.Empty(_log.Directory.DeletePartitions([LogHarness.Orders]));
        PartitionLog next = _log.Directory.OpenPartition(LogHarness.Orders, OtherTopic, Small);
        if (isFilled)
        {
            using RecordBuffer batch = LogHarness.Batch("new");
            Assert.True(next.AppendAsLeader(batch, 0).IsSuccess);
        }

        return next;
    }

    /// <summary>A thread that begins in the middle of what another one does, which goes on once this one has ended or
    /// waits for it.</summary>
    private sealed class Beside : IDisposable
    {
        private readonly Thread _thread;
        private Exception? _failure;

        public Beside(Action action) => _thread = new Thread(() => _failure = Record.Exception(action));

        public void BeginAt(StepCountingFileSystem files, string step, Action? then = null) =>
            files.BeforeStep = (_, what) =>
            {
                if (what != step)
                    return;
                files.BeforeStep = null;
                _thread.Start();
                SpinWait.SpinUntil(() => !_thread.IsAlive || _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                then?.Invoke();
            };

        public void End()
        {
            Assert.NotEqual(ThreadState.Unstarted, _thread.ThreadState);
            _thread.Join();
            Assert.Null(_failure);
        }

        public void Dispose()
        {
            if (_thread.ThreadState != ThreadState.Unstarted)
                _thread.Join();
        }
    }
}
