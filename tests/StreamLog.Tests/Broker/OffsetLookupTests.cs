using System.Text;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Broker;

public sealed class OffsetLookupTests
{
    private const long Now = 1_000_000;

    [Fact]
    public async Task Offsets_are_found_by_place_and_by_time()
    {
        await using BrokerHarness broker = await StartAsync();

        Assert.Equal((ErrorCode.None, 0L, -1L), await FindAsync(broker, -2));
        Assert.Equal((ErrorCode.None, 4L, -1L), await FindAsync(broker, -1));
        Assert.Equal((ErrorCode.None, 2L, Now + 50), await FindAsync(broker, -3));
        Assert.Equal((ErrorCode.None, 0L, -1L), await FindAsync(broker, -4));
        Assert.Equal((ErrorCode.None, -1L, -1L), await FindAsync(broker, -5));
        Assert.Equal((ErrorCode.UnsupportedVersion, -1L, -1L), await FindAsync(broker, -9));
        Assert.Equal((ErrorCode.None, 0L, Now), await FindAsync(broker, 0));
        Assert.Equal((ErrorCode.None, 1L, Now + 10), await FindAsync(broker, Now + 1));
        Assert.Equal((ErrorCode.None, 2L, Now + 50), await FindAsync(broker, Now + 11));
        Assert.Equal((ErrorCode.None, -1L, -1L), await FindAsync(broker, Now + 51));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L, -1L), await FindAsync(broker, -1, partition: 5));
        Assert.Equal((ErrorCode.UnknownLeaderEpoch, -1L, -1L), await FindAsync(broker, -1, leaderEpoch: 4));
    }

    [Fact]
    public async Task Deleted_records_are_gone_and_the_rest_is_not()
    {
        await using BrokerHarness broker = await StartAsync();

        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(broker, "orders", 2));
        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(broker, "orders", 1));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteAsync(broker, "orders", 5));
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteAsync(broker, "orders", -2));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L), await DeleteAsync(broker, "nowhere", 0));
        Assert.Equal((ErrorCode.None, 2L, -1L), await FindAsync(broker, -2));
        using (FetchResponse gone = await broker.SendAsync(BrokerHarness.FetchRequest("orders", 0, 1)))
            Assert.Equal(ErrorCode.OffsetOutOfRange, BrokerHarness.Single(gone).ErrorCode);
        Assert.Equal([2L, 3L], (await broker.ReadAllAsync("orders", offset: 2)).Select(record => record.Offset));

        Assert.Equal((ErrorCode.None, 4L), await DeleteAsync(broker, "orders", -1));
        Assert.Equal(4, (await broker.ProduceAsync("orders", 0, "e")).BaseOffset);
    }

    [Fact]
    public async Task Records_of_a_compacted_topic_are_not_deleted_by_offset()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("latest", 1, ("cleanup.policy", "compact"));

        Assert.Equal((ErrorCode.PolicyViolation, -1L), await DeleteAsync(broker, "latest", 0));
    }

    private static async Task<BrokerHarness> StartAsync()
    {
        BrokerHarness broker = await BrokerHarness.StartAsync();
        await broker.CreateTopicAsync("orders");
        await ProduceAtAsync(broker, (Now, "a"), (Now + 10, "b"));
        await ProduceAtAsync(broker, (Now + 50, "c"), (Now + 20, "d"));
        return broker;
    }

    private static async Task ProduceAtAsync(BrokerHarness broker, params (long Timestamp, string Value)[] records)
    {
        using RecordBatchBuilder builder = new(1024);
        foreach ((long timestamp, string value) in records)
            builder.TryAppend(timestamp, default, false, Encoding.UTF8.GetBytes(value), true, null);
        using ProduceRequest request = BrokerHarness.ProduceRequest("orders", 0, builder.Build());
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(await broker.SendAsync(request)).ErrorCode);
    }

    private static async Task<(ErrorCode Error, long Offset, long Timestamp)> FindAsync(
        BrokerHarness broker, long timestamp, int partition = 0, int leaderEpoch = -1)
    {
        ListOffsetsResponse response = await broker.SendAsync(new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics =
            {
                new ListOffsetsRequest.ListOffsetsTopic
                {
                    Name = "orders",
                    Partitions =
                    {
                        new ListOffsetsRequest.ListOffsetsPartition
                        {
                            PartitionIndex = partition,
                            Timestamp = timestamp,
                            CurrentLeaderEpoch = leaderEpoch,
                        },
                    },
                },
            },
        });
        ListOffsetsResponse.ListOffsetsPartitionResponse found = response.Topics.Single().Partitions.Single();
        return (found.ErrorCode, found.Offset, found.Timestamp);
    }

    private static async Task<(ErrorCode Error, long LowWatermark)> DeleteAsync(
        BrokerHarness broker, string topic, long offset)
    {
        DeleteRecordsResponse response = await broker.SendAsync(new DeleteRecordsRequest
        {
            Topics =
            {
                new DeleteRecordsRequest.DeleteRecordsTopic
                {
                    Name = topic,
                    Partitions = { new DeleteRecordsRequest.DeleteRecordsPartition { Offset = offset } },
                },
            },
        });
        DeleteRecordsResponse.DeleteRecordsPartitionResult result = response.Topics.Single().Partitions.Single();
        return (result.ErrorCode, result.LowWatermark);
    }
}
