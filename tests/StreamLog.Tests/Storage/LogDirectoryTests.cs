using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class LogDirectoryTests
{
    [Fact]
    public void A_second_owner_is_told_who_is_in_the_way()
    {
        SimulatedDisk disk = new();
        LogHarness first = new(disk);

        StreamLogException refused = Assert.Throws<StreamLogException>(() => new LogHarness(disk));

        Assert.Contains("/data is in use", refused.Message);
        Assert.True(first.Log.IsOnline);
    }

    [Fact]
    public async Task The_lock_is_free_after_a_stop_and_after_a_refusal()
    {
        SimulatedDisk disk = new();
        LogHarness first = new(disk);
        await first.Directory.DisposeAsync();

        Assert.Contains("node 1", Assert.Throws<StreamLogException>(() => Open(disk, nodeId: 2)).Message);

        Assert.Equal(first.Directory.DirectoryId, new LogHarness(disk).Directory.DirectoryId);
    }

    [Fact]
    public void A_directory_with_foreign_files_is_left_as_it_is()
    {
        SimulatedDisk disk = new();
        disk.CreateDirectory("/data");
        disk.Open("/data/thesis.txt", FileOpenMode.CreateNew).Dispose();

        StreamLogException refused = Assert.Throws<StreamLogException>(() => Open(disk));

        Assert.Contains("thesis.txt", refused.Message);
        Assert.Equal(["/data/streamlog.lock", "/data/thesis.txt"], disk.ListAll());
    }

    [Fact]
    public void A_newer_format_is_refused_by_its_number()
    {
        SimulatedDisk disk = new();
        disk.CreateDirectory("/data");
        using (IFile file = disk.Open("/data/streamlog.format", FileOpenMode.CreateNew))
            file.Write("version=2\n"u8, 0);

        Assert.Contains("format 2", Assert.Throws<StreamLogException>(() => Open(disk)).Message);
    }

    // A mistake of ours in the timer's turn must not end the process; nor may one in a stop leave the lock behind.
    [Fact]
    public async Task What_no_disk_throws_takes_the_directory_offline_and_lets_its_lock_go()
    {
        SimulatedDisk disk = new();
        HookedFiles hooked = new(disk);
        LogHarness log = new(hooked);
        log.Append("a");
        log.Flush();
        hooked.BeforeOpen = _ => throw new InvalidOperationException("A mistake.");

        log.Environment.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.False(log.Log.IsOnline);
        Assert.Contains("A mistake.", log.Log.Failure!.Message);
        await log.Directory.DisposeAsync();

        LogHarness after = new(disk);
        Assert.False(after.Directory.WasCleanShutdown);
        Assert.Equal([(0, "a")], after.ReadAll());
    }

    [Fact]
    public async Task One_log_that_cannot_be_stopped_holds_up_no_other_and_leaves_no_marker()
    {
        SimulatedDisk disk = new();
        HookedFiles hooked = new(disk);
        LogConfig config = new() { IndexIntervalBytes = 10 };
        LogHarness log = new(hooked, config);
        PartitionLog other = log.Directory.OpenPartition(new TopicPartition("others", 0), Guid.Empty, config);
        log.Append("a");
        log.Flush();
        using (StreamLog.Protocol.RecordBuffer batch = LogHarness.Batch("b"))
            other.AppendAsLeader(batch, 0);
        hooked.BeforeOpen = path =>
        {
            if (path.Contains("orders-0", StringComparison.Ordinal))
                throw new InvalidOperationException("A mistake.");
        };

        await log.Directory.DisposeAsync();

        Assert.Contains("/data/others-0/00000000000000000000.index", disk.ListAll());
        Assert.False(other.IsOnline);
        LogHarness after = new(disk);
        Assert.False(after.Directory.WasCleanShutdown);
        Assert.Equal([(0, "a")], after.ReadAll());
    }

    [Fact]
    public async Task Another_cluster_is_refused()
    {
        SimulatedDisk disk = new();
        await Open(disk, clusterId: "first").DisposeAsync();

        StreamLogException refused = Assert.Throws<StreamLogException>(() => Open(disk, clusterId: "second"));

        Assert.Equal(ErrorCode.InconsistentClusterId, refused.ErrorCode);
    }

    [Fact]
    public void A_disk_that_may_not_be_written_is_named()
    {
        SimulatedDisk disk = new();
        disk.Faults.FailWrites(_ => true);

        StreamLogException refused = Assert.Throws<StreamLogException>(() => Open(disk));

        Assert.Contains("The data directory /data cannot be opened for writing", refused.Message);
    }

    [Fact]
    public async Task The_small_files_are_Kafkas()
    {
        SimulatedDisk disk = new();
        LogDirectorySettings settings = new() { NodeId = 3, ClusterId = "MkU3OEVBNTcwNTJENDM2Qk" };
        LogHarness log = new(disk, settings: settings);
        log.Log.AssignEpochStart(2);
        log.AppendAndDispose(LogHarness.Batch("a", "b"), epoch: 2);
        log.Log.HighWatermark = 1;
        log.Flush();
        log.Log.TrimTo(1);
        await log.Directory.DisposeAsync();

        Assert.Equal("0\n1\n2 1\n", Text(disk, "/data/orders-0/leader-epoch-checkpoint"));
        Assert.Equal("version: 0\ntopic_id: ERERESIiMzNERFVVVVVVVQ\n", Text(disk, "/data/orders-0/partition.metadata"));
        Assert.Equal("{\"version\":0,\"brokerEpoch\":-1}", Text(disk, "/data/.kafka_cleanshutdown"));
        Assert.StartsWith("0\n2\norders 0 2\nstreamlog.checksum 0 " +
            "", Text(disk, "/data/recovery-point-offset-checkpoint"));
        Assert.StartsWith("0\n2\norders 0 1\nstreamlog.checksum 0 ", Text(disk, "/data/log-start-offset-checkpoint"));
        Assert.StartsWith("0\n2\norders 0 1\nstreamlog.checksum 0 ", Text(disk, "/data/replication-offset-checkpoint"));
        string[] meta = Text(disk, "/data/meta.properties").Split('\n');
        Assert.StartsWith("#streamlog.crc32c=", meta[0]);
        Assert.Equal("cluster.id=MkU3OEVBNTcwNTJENDM2Qk", meta[1]);
        Assert.Equal(["node.id=3", "version=1", ""], meta[3..]);
    }

    [Fact]
    public async Task Partitions_are_found_and_deleted()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        Guid otherId = Guid.Parse("00000000-0000-0000-0000-000000000009");
        log.Directory.OpenPartition(new TopicPartition("a-b", 12), otherId, new LogConfig());
        Assert.Equal(
            [(new TopicPartition("a-b", 12), otherId), (LogHarness.Orders, LogHarness.TopicId)],
            log.Directory.FindPartitions().Select(found => (found, log.Directory.FindTopic(found)!.Value)));

        log.Append("x");
        log.Directory.DeletePartitions([LogHarness.Orders]);

        Assert.Equal([new TopicPartition("a-b", 12)], log.Directory.FindPartitions());
        Assert.Equal(0, log.Directory.OpenPartition(LogHarness.Orders, otherId, new LogConfig()).LogEndOffset);
        await log.Directory.DisposeAsync();
    }

    [Fact]
    public void Records_of_another_topic_of_the_same_name_are_not_touched()
    {
        SimulatedDisk disk = new();
        LogHarness before = new(disk);
        before.Append("a");
        before.Flush();
        SimulatedDisk left = disk.Crash();
        LogDirectory after = Open(left);

        Guid otherId = Guid.Parse("00000000-0000-0000-0000-000000000009");
        PartitionLog log = after.OpenPartition(LogHarness.Orders, otherId, new LogConfig());

        Assert.False(log.IsOnline);
        Assert.Equal(ErrorCode.KafkaStorageError, log.Failure!.ErrorCode);
    }

    private static LogDirectory Open(SimulatedDisk disk, int nodeId = 1, string? clusterId = null) => LogDirectory.Open(
        new SimulatedEnvironment(1, disk), "/data", new LogDirectorySettings { NodeId = nodeId, ClusterId = clusterId },
        NullLoggerFactory.Instance);

    private static string Text(SimulatedDisk disk, string path) => Encoding.UTF8.GetString(disk.ReadAll(path));

    [Fact]
    public void A_new_partition_whose_name_could_not_be_flushed_takes_the_directory_offline()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        TopicPartition other = new("others", 0);
        disk.Faults.FailFlushes(path => path == LogHarness.Root, times: 1);

        PartitionLog created = log.Directory.OpenPartition(other, Guid.Empty, new LogConfig());
        using RecordBuffer batch = LogHarness.Batch("a");
        Assert.Equal(ErrorCode.KafkaStorageError, created.AppendAsLeader(batch, 0).ErrorCode);

        Assert.False(log.Log.IsOnline);
        TopicPartition next = new("others", 1);
        Assert.Throws<StreamLogException>(() => log.Directory.OpenPartition(next, Guid.Empty, new LogConfig()));
    }

    [Fact]
    public void A_deletion_that_could_not_be_flushed_takes_the_directory_offline()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk);
        TopicPartition other = new("others", 0);
        log.Directory.OpenPartition(other, Guid.Empty, new LogConfig());
        disk.Faults.FailFlushes(path => path == LogHarness.Root, times: 1);

        Assert.Throws<StreamLogException>(() => log.Directory.DeletePartitions([other]));

        Assert.False(log.Log.IsOnline);
    }

    [Fact]
    public void All_directories_on_the_way_to_a_new_one_outlive_the_power()
    {
        const string Root = "/somewhere/far/away";
        SimulatedDisk disk = new();
        LogDirectory before = LogDirectory.Open(
            new SimulatedEnvironment(7, disk), Root, new LogDirectorySettings { NodeId = 1 },
            NullLoggerFactory.Instance);
        PartitionLog log = before.OpenPartition(LogHarness.Orders, LogHarness.TopicId, new LogConfig());
        using RecordBuffer batch = LogHarness.Batch("a");
        Assert.True(log.AppendAsLeader(batch, 0).IsSuccess);

        LogDirectory after = LogDirectory.Open(
            new SimulatedEnvironment(7, disk.Crash()), Root, new LogDirectorySettings { NodeId = 1 },
            NullLoggerFactory.Instance);

        Assert.Equal(before.DirectoryId, after.DirectoryId);
        Assert.Equal([LogHarness.Orders], after.FindPartitions());
        Assert.Equal(LogHarness.TopicId, after.FindTopic(LogHarness.Orders));
    }
}
