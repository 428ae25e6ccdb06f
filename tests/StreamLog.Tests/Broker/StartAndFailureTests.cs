using System.Globalization;
using StreamLog.Extensibility;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class StartAndFailureTests
{
    [Fact]
    public async Task Declared_topics_are_created_raised_and_set_and_never_lowered()
    {
        StreamLogOptions options = new() { DefaultPartitions = 2 };
        options.Topics["orders"] = new TopicOptions();
        options.Topics["audit"] = new TopicOptions { Partitions = 3, Durability = Durability.PageCache };
        BrokerHarness first = await BrokerHarness.StartAsync(options);
        Assert.Equal([("audit", 3), ("orders", 2)], CountsOf(first));

        StreamLogOptions changed = new();
        changed.Topics["orders"] = new TopicOptions { Partitions = 4, Configs = { ["segment.ms"] = "1000" } };
        changed.Topics["audit"] = new TopicOptions { Partitions = 1 };
        await using BrokerHarness broker = await first.RestartAsync(changed);

        Assert.Equal([("audit", 3), ("orders", 4)], CountsOf(broker));
        Assert.All(
            broker.Broker.DescribeTopics().SelectMany(topic => topic.Partitions),
            partition => Assert.True(partition is { IsOnline: true, LeaderId: 1, LogEndOffset: 0 }));

        static IEnumerable<(string Name, int Partitions)> CountsOf(BrokerHarness broker) =>
            broker.Broker.DescribeTopics().Select(topic => (topic.Name, topic.Partitions.Count));
    }

    [Fact]
    public async Task A_declared_topic_that_is_not_legal_stops_the_start_and_is_named()
    {
        InMemoryFileSystem files = new(1L << 30);
        StreamLogOptions options = new();
        options.Topics["orders"] = new TopicOptions { Configs = { ["segment.bites"] = "1" } };

        StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
            () => BrokerHarness.StartAsync(options, files));

        Assert.Equal(ErrorCode.InvalidConfig, refused.ErrorCode);
        Assert.Contains("orders", refused.Message, StringComparison.Ordinal);
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: files);
        Assert.Empty(broker.Broker.DescribeTopics());
    }

    [Fact]
    public async Task A_corrupt_partition_is_offline_and_the_rest_works()
    {
        SimulatedDisk disk = new();
        BrokerHarness first = await BrokerHarness.StartAsync(files: disk);
        await first.CreateTopicAsync("orders", 2);
        await first.ProduceAsync("orders", 0, "a");
        await first.ProduceAsync("orders", 1, "b");

        // Time enough for the flush marks, which tell corruption from a torn tail, to be on the disk.
        first.Time.Advance(TimeSpan.FromSeconds(2));
        SimulatedDisk left = disk.Crash();
        left.FlipBit("/data/orders-0/00000000000000000000.log", 65, 3);

        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: left, seed: 5);

        // What had been flushed is not read at the start; the first append needs it.
        ProduceResponse.PartitionProduceResponse refused = await broker.ProduceAsync("orders", 0, "c");
        Assert.NotEqual(ErrorCode.None, refused.ErrorCode);
        Assert.Contains("orders-0", refused.ErrorMessage, StringComparison.Ordinal);
        Partition[] partitions = [.. broker.Broker.DescribeTopics().Single().Partitions];
        Assert.Equal([false, true], partitions.Select(partition => partition.IsOnline));
        Assert.Contains("orders-0", partitions[0].Failure!.Message, StringComparison.Ordinal);
        Assert.Equal([(0L, "b")], await broker.ReadAllAsync("orders", partition: 1));
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 1, "c")).ErrorCode);
        MetadataResponse metadata = await broker.SendAsync(new MetadataRequest { Topics = null });
        Assert.Equal([1, 0], metadata.Topics.Single().Partitions.Select(partition => partition.OfflineReplicas.Count));
    }

    [Fact]
    public async Task A_failed_flush_of_a_partition_is_its_own_affair()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders", 2);
        await broker.ProduceAsync("orders", 0, "first");
        disk.Faults.FailFlushes(path => path.Contains("orders-0", StringComparison.Ordinal));

        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);

        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 1, "b")).ErrorCode);
        Assert.Equal(ErrorCode.None, (await broker.CreateTopicAsync("more")).ErrorCode);
    }

    [Fact]
    public async Task A_failed_metadata_log_takes_everything_offline()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        disk.Faults.FailFlushes(path => path.Contains("__cluster_metadata-0", StringComparison.Ordinal));

        StreamLogException failed =
            await Assert.ThrowsAsync<StreamLogException>(() => broker.CreateTopicAsync("more"));

        Assert.Equal(ErrorCode.KafkaStorageError, failed.ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
        Assert.All(broker.Broker.DescribeTopics().Single().Partitions, partition => Assert.False(partition.IsOnline));

        // Nor does a repair bring one back, which has nothing to do with what is wrong.
        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => broker.Broker.RepairPartition(new TopicPartition("orders", 0)));
        Assert.Equal(ErrorCode.KafkaStorageError, refused.ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
    }

    [Fact]
    public async Task A_full_disk_refuses_by_name_and_what_is_there_can_be_read_and_found_again()
    {
        InMemoryFileSystem files = new(2 * 1024 * 1024);
        BrokerHarness first = await BrokerHarness.StartAsync(files: files);
        await first.CreateTopicAsync("orders");
        string large = new('x', 100_000);
        int taken = 0;
        ProduceResponse.PartitionProduceResponse answer;
        while ((answer = await first.ProduceAsync("orders", 0, large)).ErrorCode == ErrorCode.None)
            taken++;

        Assert.Equal(ErrorCode.StorageFull, answer.ErrorCode);
        Assert.InRange(taken, 1, 20);
        Assert.Equal(taken, (await first.ReadAllAsync("orders")).Count);
        Assert.True(first.Broker.DescribeTopics().Single().Partitions.Single().IsOnline);
        Assert.Equal(ErrorCode.None, (await first.ProduceAsync("orders", 0, "small")).ErrorCode);

        await using BrokerHarness broker = await first.RestartAsync();
        Assert.Equal(taken + 1, (await broker.ReadAllAsync("orders")).Count);
    }

    [Fact]
    public async Task A_partition_that_could_not_be_created_is_told_as_a_failure_and_not_as_one_to_come()
    {
        SimulatedDisk disk = new();
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        disk.Faults.FailWrites(path => path.Contains("orders-0", StringComparison.Ordinal));
        await Assert.ThrowsAsync<StreamLogException>(() => broker.CreateTopicAsync("orders"));

        ProduceResponse.PartitionProduceResponse answer = await broker.ProduceAsync("orders", 0, "a");
        Assert.Equal(ErrorCode.KafkaStorageError, answer.ErrorCode);
        Assert.Contains("orders-0 could not be opened", answer.ErrorMessage);
        using FetchResponse fetched = await broker.SendAsync(BrokerHarness.FetchRequest("orders", 0, 0));
        Assert.Equal(ErrorCode.KafkaStorageError, fetched.Responses.Single().Partitions.Single().ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await broker.ProduceAsync("orders", 1, "a")).ErrorCode);

        // Other changes are made, and say so.
        Assert.Equal(ErrorCode.None, (await broker.CreateTopicAsync("other")).ErrorCode);
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("other", 0, "a")).ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);

        // The next change of metadata tries again.
        disk.Faults.Clear();
        await broker.CreateTopicAsync("more");
        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deleted_topic_does_not_come_back_with_a_new_one_of_its_name(bool restarts)
    {
        SimulatedDisk disk = new();
        BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        await broker.CreateTopicAsync("orders");
        await broker.ProduceAsync("orders", 0, "old");
        disk.LoseFile("/data/orders-0/partition.metadata");
        if (restarts)
            broker = await broker.RestartAsync();

        await broker.SendAsync(new DeleteTopicsRequest { TopicNames = ["orders"] });
        await broker.CreateTopicAsync("orders");

        Assert.Equal(ErrorCode.None, (await broker.ProduceAsync("orders", 0, "new")).ErrorCode);
        Assert.Equal([(0, "new")], await broker.ReadAllAsync("orders"));
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task A_name_whose_directory_is_anothers_can_be_deleted_and_created_and_stays_offline()
    {
        SimulatedDisk disk = new();
        BrokerHarness first = await BrokerHarness.StartAsync(files: disk);
        await first.CreateTopicAsync("orders");
        await first.ProduceAsync("orders", 0, "a");
        await first.CreateTopicAsync("other");
        await first.ProduceAsync("other", 0, "b");
        await first.DisposeAsync();
        disk.Rename("/data/orders-0", "/data/was");
        disk.Rename("/data/other-0", "/data/orders-0");
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);
        Assert.NotEqual(ErrorCode.None, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);

        await broker.SendAsync(new DeleteTopicsRequest { TopicNames = ["orders"] });
        await broker.CreateTopicAsync("orders");

        Assert.Equal(ErrorCode.KafkaStorageError, (await broker.ProduceAsync("orders", 0, "a")).ErrorCode);
        Assert.Equal(ErrorCode.None, (await broker.CreateTopicAsync("more")).ErrorCode);
    }

    [Fact]
    public async Task Directories_that_the_metadata_does_not_know_are_left_alone()
    {
        SimulatedDisk theirs = new();
        BrokerHarness donor = await BrokerHarness.StartAsync(files: theirs);
        await donor.CreateTopicAsync("orders");
        await donor.ProduceAsync("orders", 0, "a");
        await donor.DisposeAsync();
        SimulatedDisk ours = new();
        await (await BrokerHarness.StartAsync(files: ours, seed: 9)).DisposeAsync();
        ours.CreateDirectory("/data/orders-0");
        foreach (FileSystemEntry entry in theirs.List("/data/orders-0"))
        {
            using IFile copy = ours.Open($"/data/orders-0/{entry.Name}", FileOpenMode.CreateNew);
            copy.Write(theirs.ReadAll($"/data/orders-0/{entry.Name}"), 0);
        }

        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: ours, seed: 10);

        Assert.Empty(broker.Broker.DescribeTopics());
        Assert.True(ours.FileExists("/data/orders-0/00000000000000000000.log"));
    }

    // Goal: whatever an answer has promised holds after a power cut at any write, and the node starts.
    // Method: the same run is cut after every mutation of the disk, one run a cut. What is left is opened twice: once
    // without all that was not synced, and once with some of it.
    [Fact]
    public async Task Topics_records_and_offsets_survive_a_power_cut_at_every_write()
    {
        SimulatedDisk whole = new();
        Assert.Equal(7, (await RunAsync(whole)).Count);
        long mutations = whole.MutationCount;
        Assert.True(mutations > 20);

        for (long cut = 1; cut <= mutations; cut++)
        {
            SimulatedDisk disk = new();
            disk.CutPowerAfter(cut);
            List<string> promised = await RunAsync(disk);

            foreach (SimulatedDisk left in new[] { disk.Crash(), disk.Crash((ulong)cut) })
            {
                await using BrokerHarness broker = await BrokerHarness.StartAsync(files: left, seed: 11);
                foreach (string promise in promised)
                    await CheckAsync(broker, promise);
            }
        }
    }

    private static async Task<List<string>> RunAsync(SimulatedDisk disk)
    {
        List<string> promised = [];
        BrokerHarness? broker = null;
        try
        {
            broker = await BrokerHarness.StartAsync(files: disk);
            if ((await broker.CreateTopicAsync("orders")).ErrorCode == ErrorCode.None)
                promised.Add("topic");
            for (int i = 0; i < 3; i++)
            {
                if ((await broker.ProduceAsync("orders", 0, $"{i}")).ErrorCode == ErrorCode.None)
                    promised.Add($"{i}");
                OffsetCommitResponse committed = await broker.SendAsync(Commit(i + 1));
                if (committed.Topics.Single().Partitions.Single().ErrorCode == ErrorCode.None)
                    promised.Add($"offset {i + 1}");
            }

            await broker.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or StreamLogException)
        {
            // The power is gone. What was promised until then is promised.
        }

        return promised;
    }

    private static async Task CheckAsync(BrokerHarness broker, string promise)
    {
        Assert.Contains(broker.Broker.DescribeTopics(), topic => topic.Name == "orders");
        if (promise.StartsWith("offset ", StringComparison.Ordinal))
        {
            OffsetFetchResponse found = await broker.SendAsync(
                new OffsetFetchRequest { GroupId = "billing", Topics = null });
            long offset = found.Topics.Single().Partitions.Single().CommittedOffset;
            Assert.True(offset >= long.Parse(promise[7..], CultureInfo.InvariantCulture));
        }
        else if (promise != "topic")
        {
            Assert.Contains(await broker.ReadAllAsync("orders"), record => record.Value == promise);
        }
    }

    private static OffsetCommitRequest Commit(long offset) => new()
    {
        GroupId = "billing",
        Topics =
        {
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = "orders",
                Partitions = { new OffsetCommitRequest.OffsetCommitRequestPartition { CommittedOffset = offset } },
            },
        },
    };
}
