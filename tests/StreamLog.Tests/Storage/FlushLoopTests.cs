using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class FlushLoopTests
{
    [Fact]
    public void Appends_go_on_during_a_flush_and_share_the_next_one()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        List<long> durable = [];
        log.Log.DurableAdvanced += advanced => durable.Add(advanced.DurableOffset);
        disk.HoldFlushes();

        log.Append("a");
        log.Flush();
        for (int i = 0; i < 10; i++)
        {
            log.Append("b");
            log.Flush();
        }

        Assert.Equal(0, log.Log.DurableOffset);
        disk.ReleaseFlushes();

        Assert.Equal([1, 11], durable);
    }

    [Fact]
    public void The_durable_offset_does_not_pass_a_segment_before_its_flush()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { SegmentBytes = 100 });
        log.Append("a");
        log.Append("b");
        log.Append("c");
        Assert.Equal(3, log.Log.Segments.Count);
        disk.Faults.FailFlushes(path => path.EndsWith("00000000000000000001.log", StringComparison.Ordinal));

        log.Flush();

        Assert.Equal(0, log.Log.DurableOffset);
        Assert.False(log.Log.IsOnline);
    }

    [Fact]
    public void A_slow_file_holds_up_no_other()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        PartitionLog other = log.Directory.OpenPartition(new TopicPartition("others", 0), Guid.Empty, new LogConfig());
        disk.HoldFlushes();
        log.Append("a");
        log.Flush();
        using (StreamLog.Protocol.RecordBuffer batch = LogHarness.Batch("x"))
            other.AppendAsLeader(batch, 0);

        other.RequestFlush();
        disk.ReleaseFlushes();

        Assert.Equal(1, other.DurableOffset);
        Assert.Equal(1, log.Log.DurableOffset);
    }

    [Fact]
    public void A_directory_that_cannot_be_synced_takes_all_its_partitions_offline()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { SegmentBytes = 100 });
        PartitionLog other = log.Directory.OpenPartition(new TopicPartition("others", 0), Guid.Empty, new LogConfig());
        log.Append("a");
        log.Append("b");
        disk.Faults.FailFlushes(path => path == "/data/orders-0");

        log.Flush();

        Assert.False(log.Log.IsOnline);
        Assert.False(other.IsOnline);
        Assert.Contains("/data", other.Failure!.Message);
        Assert.Throws<StreamLogException>(
            () => log.Directory.OpenPartition(new TopicPartition("new", 0), Guid.Empty, new LogConfig()));
    }

    [Fact]
    public async Task A_stop_waits_for_the_flushes_that_were_begun()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        disk.HoldFlushes();
        log.Append("a");
        log.Flush();

        ValueTask stopped = log.Directory.DisposeAsync();
        Assert.False(stopped.IsCompleted);
        disk.ReleaseFlushes();
        await stopped;

        Assert.True(new LogHarness(disk).Directory.WasCleanShutdown);
    }
}
