using StreamLog.Extensibility;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class FetchTests
{
    [Fact]
    public async Task Bad_positions_are_refused_by_name_and_the_good_ones_beside_them_are_read()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 2);
        await broker.ProduceAsync("orders", 0, "a");

        Assert.Equal(ErrorCode.OffsetOutOfRange, await ErrorOf("orders", 0, 2));
        Assert.Equal(ErrorCode.OffsetOutOfRange, await ErrorOf("orders", 0, -1));
        Assert.Equal(ErrorCode.None, await ErrorOf("orders", 0, 1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ErrorOf("orders", 7, 0));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await ErrorOf("nowhere", 0, 0));
        Assert.Equal(ErrorCode.FencedLeaderEpoch, await ErrorOf("orders", 0, 0, leaderEpoch: -2));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, await ErrorOf("orders", 0, 0, leaderEpoch: 9));

        FetchRequest mixed = BrokerHarness.FetchRequest("orders", 0, 5, maxWaitMs: 60_000);
        mixed.Topics[0].Partitions.Add(
            new FetchRequest.FetchPartition { Partition = 0, FetchOffset = 0, PartitionMaxBytes = 1024 });
        using FetchResponse response = await broker.SendAsync(mixed);
        Assert.Equal(
            [ErrorCode.OffsetOutOfRange, ErrorCode.None],
            response.Responses.Single().Partitions.Select(data => data.ErrorCode));
        Assert.Single(BrokerHarness.Decode(response.Responses.Single().Partitions[1].Records!));

        async Task<ErrorCode> ErrorOf(string topic, int partition, long offset, int leaderEpoch = -1)
        {
            FetchRequest request = BrokerHarness.FetchRequest(topic, partition, offset);
            request.Topics[0].Partitions[0].CurrentLeaderEpoch = leaderEpoch;
            using FetchResponse response = await broker.SendAsync(request);
            Assert.NotNull(BrokerHarness.Single(response).Records);
            return BrokerHarness.Single(response).ErrorCode;
        }
    }

    [Fact]
    public async Task Topics_are_found_by_id_too()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        Guid topicId = (await broker.CreateTopicAsync("orders")).TopicId;
        using ProduceRequest produce = BrokerHarness.ProduceRequest("", 0, BrokerHarness.Batch("a"));
        produce.TopicData[0].TopicId = topicId;
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await broker.SendAsync(produce)).ErrorCode);

        FetchRequest request = BrokerHarness.FetchRequest("", 0, 0);
        request.Topics[0].TopicId = topicId;
        using FetchResponse response = await broker.SendAsync(request);
        Assert.Equal([(0L, "a")], BrokerHarness.Decode(BrokerHarness.Single(response).Records!));

        request.Topics[0].TopicId = Guid.NewGuid();
        using FetchResponse unknown = await broker.SendAsync(request);
        Assert.Equal(ErrorCode.UnknownTopicId, BrokerHarness.Single(unknown).ErrorCode);
    }

    // Goal: a limit never starves a reader, and never lets more through than one batch beyond it.
    [Fact]
    public async Task Limits_hold_but_for_the_first_batch_of_all()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders", 3);
        for (int partition = 0; partition < 3; partition++)
        {
            await broker.ProduceAsync("orders", partition, new string('x', 1000));
            await broker.ProduceAsync("orders", partition, new string('y', 1000));
        }

        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0, maxBytes: 10);
        request.Topics[0].Partitions.Add(new FetchRequest.FetchPartition { Partition = 1, PartitionMaxBytes = 10 });
        request.Topics[0].Partitions.Add(new FetchRequest.FetchPartition { Partition = 2, PartitionMaxBytes = 5_000 });
        using (FetchResponse response = await broker.SendAsync(request))
            Assert.Equal([1, 0, 2], CountsOf(response));

        request.MaxBytes = 10;
        request.Topics[0].Partitions[0].PartitionMaxBytes = 5_000;
        using (FetchResponse response = await broker.SendAsync(request))
            Assert.Equal([1, 0, 0], CountsOf(response));

        request.MaxBytes = 3_500;
        using (FetchResponse response = await broker.SendAsync(request))
            Assert.Equal([2, 0, 1], CountsOf(response));

        static IEnumerable<int> CountsOf(FetchResponse response) =>
            response.Responses[0].Partitions.Select(data => BrokerHarness.Decode(data.Records!).Count);
    }

    [Fact]
    public async Task A_reader_of_a_later_epoch_than_there_is_is_told_where_it_parts()
    {
        BrokerHarness first = await BrokerHarness.StartAsync(files: new SimulatedDisk());
        await first.CreateTopicAsync("orders");
        await first.ProduceAsync("orders", 0, "a", "b");
        await using BrokerHarness broker = await first.CrashAsync();
        await broker.ProduceAsync("orders", 0, "c");

        // The first life had epoch 0 and ended at 2, the second has epoch 1.
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 3);
        request.Topics[0].Partitions[0].LastFetchedEpoch = 0;
        using FetchResponse response = await broker.SendAsync(request);
        FetchResponse.EpochEndOffset diverging = BrokerHarness.Single(response).DivergingEpoch!;
        Assert.Equal((0, 2L), (diverging.Epoch, diverging.EndOffset));

        OffsetForLeaderEpochResponse ends = await broker.SendAsync(new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics =
            {
                new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = "orders",
                    Partitions =
                    {
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 0, LeaderEpoch = 0 },
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 0, LeaderEpoch = 1 },
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 0, LeaderEpoch = 2 },
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 9, LeaderEpoch = 0 },
                    },
                },
            },
        });
        Assert.Equal(
            [
                (ErrorCode.None, 0, 2L), (ErrorCode.None, 1, 3L), (ErrorCode.None, -1, -1L),
                (ErrorCode.UnknownTopicOrPartition, -1, -1L),
            ],
            ends.Topics.Single().Partitions.Select(end => (end.ErrorCode, end.LeaderEpoch, end.EndOffset)));
    }

    [Fact]
    public async Task A_partition_whose_epochs_are_wrong_spoils_the_answer_for_no_other()
    {
        SimulatedDisk disk = new();
        await using (BrokerHarness first = await BrokerHarness.StartAsync(files: disk))
        {
            await first.CreateTopicAsync("orders", 2);
            await first.ProduceAsync("orders", 0, "a");
            await first.ProduceAsync("orders", 1, "a");
        }

        string path = disk.ListAll().Single(
            file => file.EndsWith("orders-0/" + LogFileNames.LeaderEpochs, StringComparison.Ordinal));
        using (IFile file = disk.Open(path, FileOpenMode.Open))
            file.Write("0\n1\n7 0\n"u8, 0);
        await using BrokerHarness broker = await BrokerHarness.StartAsync(files: disk);

        OffsetForLeaderEpochResponse ends = await broker.SendAsync(new OffsetForLeaderEpochRequest
        {
            ReplicaId = -1,
            Topics =
            {
                new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = "orders",
                    Partitions =
                    {
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 0, LeaderEpoch = 0 },
                        new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = 1, LeaderEpoch = 0 },
                    },
                },
            },
        });

        Assert.Equal(
            [(ErrorCode.KafkaStorageError, -1L), (ErrorCode.None, 1L)],
            ends.Topics.Single().Partitions.Select(end => (end.ErrorCode, end.EndOffset)));
    }
}
