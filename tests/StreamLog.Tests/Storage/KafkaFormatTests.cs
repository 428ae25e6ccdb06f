using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// The bytes are written out by hand from the layouts that Kafka's classes document: OffsetIndex, TimeIndex and
// ProducerStateManager.
public sealed class KafkaFormatTests
{
    [Fact]
    public void An_offset_index_is_Kafkas()
    {
        OffsetIndex index = new();
        index.Append(5, 300);
        index.Append(9, 70_000);

        Assert.Equal("00000005" + "0000012C" + "00000009" + "00011170", Convert.ToHexString(index.Encode()));
    }

    [Fact]
    public void A_time_index_is_Kafkas()
    {
        TimeIndex index = new();
        index.Append(1_700_000_000_000, 5);

        Assert.Equal("0000018BCFE56800" + "00000005", Convert.ToHexString(index.Encode()));
    }

    [Fact]
    public void An_index_that_Kafka_set_aside_ends_at_its_zeros()
    {
        byte[] offsets = [0, 0, 0, 5, 0, 0, 1, 44, .. new byte[80]];
        byte[] times = [0, 0, 1, 0x8B, 0xCF, 0xE5, 0x68, 0, 0, 0, 0, 5, .. new byte[120]];

        Assert.Equal(1, OffsetIndex.Decode(offsets, 1_000)!.Count);
        Assert.Equal(1, TimeIndex.Decode(times)!.Count);
    }

    [Fact]
    public void A_producer_snapshot_is_Kafkas()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { IndexIntervalBytes = 10 });
        log.AppendIdempotent(7, 2, 0, "a", "b", "c");
        log.Stop();

        string snapshot = Convert.ToHexString(disk.ReadAll("/data/orders-0/00000000000000000003.snapshot"));

        string entries = "00000001" // Count
            + "0000000000000007" + "0002" // ProducerId, ProducerEpoch
            + "00000002" + "0000000000000002" + "00000002" // LastSequence, LastOffset, OffsetDelta
            + "00000000000003E8" + "FFFFFFFF" + "FFFFFFFFFFFFFFFF"; // Timestamp, CoordinatorEpoch, TxnFirstOffset
        Assert.Equal("0001", snapshot[..4]);
        Assert.Equal(entries, snapshot[12..]);
        uint crc = StreamLog.Protocol.Records.Crc32C.Compute(Convert.FromHexString(entries));
        Assert.Equal(crc.ToString("X8", System.Globalization.CultureInfo.InvariantCulture), snapshot[4..12]);
    }

    [Fact]
    public void Files_are_named_as_Kafka_names_them()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { SegmentBytes = 100, IndexIntervalBytes = 10 });
        log.Append("a", "b");
        log.Append("c");
        log.Stop();

        Assert.Equal(
            [
                "/data/orders-0/00000000000000000000.index",
                "/data/orders-0/00000000000000000000.log",
                "/data/orders-0/00000000000000000000.timeindex",
                "/data/orders-0/00000000000000000002.index",
                "/data/orders-0/00000000000000000002.log",
                "/data/orders-0/00000000000000000002.snapshot",
                "/data/orders-0/00000000000000000002.timeindex",
                "/data/orders-0/00000000000000000003.snapshot",
                "/data/orders-0/leader-epoch-checkpoint",
                "/data/orders-0/partition.metadata",
            ],
            disk.ListAll().Where(path => path.StartsWith("/data/orders-0/", StringComparison.Ordinal)));
    }
}
