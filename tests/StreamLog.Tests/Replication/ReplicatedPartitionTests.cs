using StreamLog.Protocol;
using StreamLog.Replication;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Tests.Storage;
using Xunit;

namespace StreamLog.Tests.Replication;

public sealed class ReplicatedPartitionTests
{
    [Fact]
    public async Task The_mark_follows_the_disk_where_acknowledgements_wait_for_it()
    {
        SimulatedDisk disk = new();
        ReplicatedPartition partition = Lead(new LogHarness(disk), Durability.OnCommit);
        disk.HoldFlushes();
        Waiter waiter = new();

        Append(partition, "a");
        Assert.True(partition.TryWait(waiter, 1));
        partition.Announce();
        Assert.Equal(0, partition.HighWatermark);
        Assert.Equal(0, waiter.Wakes);
        disk.ReleaseFlushes();

        await waiter.WaitWokenAsync();
        Assert.Equal(1, partition.HighWatermark);
        Assert.Null(waiter.Failure);
    }

    [Fact]
    public void The_mark_follows_the_log_where_acknowledgements_do_not_wait()
    {
        SimulatedDisk disk = new();
        ReplicatedPartition partition = Lead(new LogHarness(disk), Durability.PageCache);
        disk.HoldFlushes();
        Waiter near = new();
        Waiter far = new();
        Assert.True(partition.TryWait(near, 1));
        Assert.True(partition.TryWait(far, 3));

        Append(partition, "a", "b");
        partition.Announce();

        Assert.Equal(2, partition.HighWatermark);
        Assert.Equal((1, 0), (near.Wakes, far.Wakes));
        Assert.True(partition.TryTakeBack(far));
        Assert.False(partition.TryTakeBack(near));
        Assert.False(partition.TryWait(near, 2));
        disk.ReleaseFlushes();
    }

    [Fact]
    public async Task A_failed_flush_wakes_those_who_wait_with_the_failure_and_refuses_the_rest()
    {
        SimulatedDisk disk = new();
        ReplicatedPartition partition = Lead(new LogHarness(disk), Durability.OnCommit);
        Waiter waiter = new();
        disk.Faults.FailFlushes(path => path.EndsWith(".log", StringComparison.Ordinal));

        Append(partition, "a");
        Assert.True(partition.TryWait(waiter, 1));
        partition.Announce();

        await waiter.WaitWokenAsync();
        Assert.Equal(ErrorCode.KafkaStorageError, waiter.Failure?.ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, partition.Failure?.ErrorCode);
        Assert.False(partition.TryWait(new Waiter(), 1));
        using RecordBuffer batch = LogHarness.Batch("b");
        Assert.Equal(ErrorCode.KafkaStorageError, partition.Append(batch, AppendOrigin.Client).ErrorCode);
        Assert.Equal(0, partition.HighWatermark);
    }

    [Fact]
    public void Nothing_counts_before_the_partition_is_led()
    {
        LogHarness harness = new(new SimulatedDisk());
        harness.Append("a");
        ReplicatedPartition partition = new(harness.Log, Durability.PageCache, minInSyncReplicas: 1);
        Assert.Equal(0, partition.HighWatermark);

        partition.BecomeLeader(4);

        Assert.Equal((4, 1L), (partition.LeaderEpoch, partition.HighWatermark));
        partition.BecomeLeader(3);
        Assert.Equal(4, partition.LeaderEpoch);
    }

    private static ReplicatedPartition Lead(LogHarness harness, Durability durability)
    {
        ReplicatedPartition partition = new(harness.Log, durability, minInSyncReplicas: 1);
        partition.BecomeLeader(0);
        return partition;
    }

    private static void Append(ReplicatedPartition partition, params string[] values)
    {
        using RecordBuffer batch = LogHarness.Batch(values);
        Assert.Equal(ErrorCode.None, partition.Append(batch, AppendOrigin.Client).ErrorCode);
    }

    private sealed class Waiter : HighWatermarkWaiter
    {
        private readonly TaskCompletionSource _woken = new();

        public int Wakes { get; private set; }

        public StreamLogException? Failure { get; private set; }

        public Task WaitWokenAsync() => _woken.Task;

        protected internal override void Wake(ReplicatedPartition partition, StreamLogException? failure)
        {
            Wakes++;
            Failure = failure;
            _woken.SetResult();
        }
    }
}
