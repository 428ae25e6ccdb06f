using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using StreamLog.Tests.Node;
using Xunit;

namespace StreamLog.Tests.Broker;

// Goal: what a node does for a partition that nobody uses costs no flush, however many there are of them.
// Method: a disk that counts flushes, of files and of directories.
public sealed class ManyPartitionsTests
{
    private const int Many = 10_000;

    [Fact]
    public async Task Ten_thousand_partitions_are_created_and_deleted_with_a_few_flushes()
    {
        StepCountingFileSystem disk = new(new InMemoryFileSystem(1L << 30));
        int flushes = 0;
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        disk.BeforeStep = (_, what) =>
        {
            if (IsFlush(what))
                Interlocked.Increment(ref flushes);
        };

        Assert.Equal(ErrorCode.None, (await broker.CreateTopicAsync("orders", Many)).ErrorCode);
        Assert.Equal(Many, broker.Broker.DescribeTopics().Single().Partitions.Count(partition => partition.IsOnline));
        Assert.InRange(flushes, 1, 10);

        flushes = 0;
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 4711, "a")).ErrorCode);
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 9999, "b")).ErrorCode);
        Assert.InRange(flushes, 1, 12);

        flushes = 0;
        DeleteTopicsResponse deleted = await broker.SendAsync(new DeleteTopicsRequest { TopicNames = { "orders" } });
        Assert.Equal(ErrorCode.None, deleted.Responses.Single().ErrorCode);
        Assert.DoesNotContain(broker.Directory.FindPartitions(), partition => partition.Topic == "orders");
        Assert.InRange(flushes, 1, 10);
    }

    [Fact]
    public async Task Starts_after_a_stop_in_order_change_no_metadata_and_no_epoch()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await broker.CreateTopicAsync("orders", 3);
        await broker.ProduceAsync("orders", 0, "a");
        (long End, int Epoch) before = MetadataOf(broker);

        for (int i = 0; i < 3; i++)
        {
            broker = await broker.RestartAsync();
            Assert.Equal(before, MetadataOf(broker));
            Assert.All(PartitionsOf(broker), partition => Assert.Equal(0, partition.LeaderEpoch));
        }

        broker = await broker.CrashAsync();
        Assert.True(MetadataOf(broker).End > before.End);
        Assert.True(MetadataOf(broker).Epoch > before.Epoch);
        Assert.All(PartitionsOf(broker), partition => Assert.Equal(1, partition.LeaderEpoch));
        Assert.Equal([(0L, "a")], await broker.ReadAllAsync("orders"));
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task A_start_that_was_given_up_after_a_crash_does_not_hide_the_crash()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await broker.CreateTopicAsync("orders");
        SimulatedDisk left = broker.Disk.Crash();
        await OpenOnly(left).DisposeAsync();

        BrokerHarness after = await BrokerHarness.StartAsync(files: left, seed: 5);

        Assert.Equal(1, after.Broker.DescribeTopics().Single().Partitions.Single().LeaderEpoch);
        await after.DisposeAsync();
    }

    [Fact]
    public async Task An_epoch_that_nobody_wrote_in_is_answered_with_the_one_before()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await broker.CreateTopicAsync("orders");
        await broker.ProduceAsync("orders", 0, "a");
        broker = await broker.CrashAsync();
        broker = await broker.CrashAsync();
        await broker.ProduceAsync("orders", 0, "b");

        Assert.Equal((0, 1L), await EndOfEpochAsync(broker, 1));
        Assert.Equal((2, 2L), await EndOfEpochAsync(broker, 2));
        await broker.DisposeAsync();
    }

    private static IReadOnlyList<Partition> PartitionsOf(BrokerHarness broker) =>
        broker.Broker.DescribeTopics().Single().Partitions;

    private static bool IsFlush(string what) =>
        what.StartsWith("flush", StringComparison.Ordinal) || what.StartsWith("sync", StringComparison.Ordinal);

    private static (long End, int Epoch) MetadataOf(BrokerHarness broker)
    {
        PartitionLog log = broker.Directory.OpenLogs()
            .Single(log => log.TopicPartition.Topic == "__cluster_metadata");
        return (log.LogEndOffset, log.LatestEpoch);
    }

    private static LogDirectory OpenOnly(SimulatedDisk disk) => LogDirectory.Open(
        new SimulatedEnvironment(3, disk),
        "/data",
        new LogDirectorySettings { NodeId = new StreamLogOptions().NodeId },
        NullLoggerFactory.Instance);

    private static async Task<(int Epoch, long End)> EndOfEpochAsync(BrokerHarness broker, int epoch)
    {
        OffsetForLeaderEpochResponse response = await broker.SendAsync(new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics =
            {
                new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = "orders",
                    Partitions =
                    {
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 0, LeaderEpoch = epoch },
                    },
                },
            },
        });
        OffsetForLeaderEpochResponse.EpochEndOffset end = response.Topics.Single().Partitions.Single();
        return (end.LeaderEpoch, end.EndOffset);
    }
}
