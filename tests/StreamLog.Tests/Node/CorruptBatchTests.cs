using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

// Goal: no damaged batch gets into a log. Method: good batches, uncompressed and compressed, with bits flipped, bytes
// cut off, added or repeated at random places; whatever is accepted must have been, in effect, the good batch.
public sealed class CorruptBatchTests : NodeTest
{
    private const int Mutations = 2_000;

    private static readonly TopicPartition Target = new("orders", 0);
    private static readonly string[] Values = ["one", "two", "three", new string('4', 300)];

    // What the leader sets lies before the CRC: base offset and leader epoch. A client's word for them counts for
    // nothing.
    private static readonly Range[] LeadersFields = [0..8, 12..16];

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task A_damaged_batch_is_never_taken(CompressionType compression)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(Target.Topic, cancellationToken: Stop);
        byte[] good = Bytes(RawProducing.Batch(Values, compression: compression));
        Random random = new(20_260_101 + (int)compression);
        long expectedEnd = 0;
        int accepted = 0;

        for (int i = 0; i < Mutations; i++)
        {
            byte[] damaged = Damage(good, random);
            using RecordBuffer batch = RecordBuffer.CopyOf(damaged);
            ProduceAnswer answer = await RawProducing.ProduceAsync(node.Broker, Target, batch, Stop);
            if (answer.ErrorCode == ErrorCode.None)
            {
                Assert.True(SameToALeader(good, damaged), $"Mutation {i} was taken: {Convert.ToHexString(damaged)}");
                Assert.Equal(expectedEnd, answer.BaseOffset);
                expectedEnd += Values.Length;
                accepted++;
            }
            else
            {
                Assert.False(string.IsNullOrWhiteSpace(answer.ErrorMessage), $"Mutation {i}: {answer.ErrorCode}.");
                Assert.Contains(answer.ErrorCode, Refusals);
            }
        }

        List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, Target, 0, Stop);
        Assert.Equal(Enumerable.Repeat(Values, accepted).SelectMany(v => v), stored.Select(record => record.Value!));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task Every_single_flipped_bit_behind_the_leaders_fields_is_found()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(Target.Topic, cancellationToken: Stop);
        byte[] good = Bytes(RawProducing.Batch(["one", "two"]));

        for (int bit = 0; bit < good.Length * 8; bit++)
        {
            byte[] damaged = [.. good];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            if (SameToALeader(good, damaged))
                continue;

            using RecordBuffer batch = RecordBuffer.CopyOf(damaged);
            ProduceAnswer answer = await RawProducing.ProduceAsync(node.Broker, Target, batch, Stop);
            Assert.True(answer.ErrorCode != ErrorCode.None, $"Bit {bit % 8} of byte {bit / 8} was not missed.");
        }

        Assert.Empty(await RawFetching.ReadAllAsync(node.Broker, Target, 0, Stop));
        await AssertStillWorksAsync(node);
    }

    // A batch that is damaged and has a CRC that says otherwise: whoever takes it must be able to hand it out again.
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task A_forged_batch_is_refused_or_can_be_read(CompressionType compression)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(Target.Topic, cancellationToken: Stop);
        byte[] good = Bytes(RawProducing.Batch(Values, compression: compression));
        Random random = new(20_260_102 + (int)compression);
        long end = 0;

        for (int i = 0; i < Mutations; i++)
        {
            byte[] forged = [.. good];
            for (int flips = random.Next(1, 3); flips > 0; flips--)
                forged[random.Next(RecordBatchHeader.AttributesAt, forged.Length)] ^= (byte)(1 << random.Next(8));

            RecordBatchHeader.StampCrc(forged);
            using RecordBuffer batch = RecordBuffer.CopyOf(forged);
            ProduceAnswer answer = await RawProducing.ProduceAsync(node.Broker, Target, batch, Stop);
            if (answer.ErrorCode == ErrorCode.None)
            {
                Assert.Equal(end, answer.BaseOffset);
                end += Values.Length;
            }
            else
            {
                Assert.False(string.IsNullOrWhiteSpace(answer.ErrorMessage), $"Mutation {i}: {answer.ErrorCode}.");
            }
        }

        List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, Target, 0, Stop);
        Assert.Equal(Enumerable.Range(0, (int)end), stored.Select(record => (int)record.Offset));
        int read = 0;
        ITopic<byte[], byte[]> topic = node.Topic<byte[], byte[]>(Target.Topic);
        await foreach (Record<byte[], byte[]> record in topic.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            Assert.Equal(read++, record.Offset);

        Assert.Equal(end, read);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_request_without_batches_or_with_several_is_answered_and_not_thrown()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync(Target.Topic, cancellationToken: Stop);
        byte[] good = Bytes(RawProducing.Batch(["one"]));

        using RecordBuffer empty = RecordBuffer.CopyOf([]);
        ProduceAnswer answer = await RawProducing.ProduceAsync(node.Broker, Target, empty, Stop);
        Assert.Contains(answer.ErrorCode, Refusals);

        using RecordBuffer two = RecordBuffer.CopyOf([.. good, .. good]);
        answer = await RawProducing.ProduceAsync(node.Broker, Target, two, Stop);
        Assert.Contains(answer.ErrorCode, Refusals);

        Assert.Empty(await RawFetching.ReadAllAsync(node.Broker, Target, 0, Stop));
        await AssertStillWorksAsync(node);
    }

    private static readonly ErrorCode[] Refusals =
    [
        ErrorCode.CorruptMessage, ErrorCode.InvalidRecord, ErrorCode.InvalidRequest,
        ErrorCode.UnsupportedForMessageFormat, ErrorCode.MessageTooLarge, ErrorCode.InvalidTimestamp,
        ErrorCode.UnsupportedCompressionType,
        ErrorCode.OutOfOrderSequenceNumber, ErrorCode.InvalidProducerEpoch, ErrorCode.RecordListTooLarge,
        ErrorCode.TransactionalIdAuthorizationFailed,
    ];

    private static byte[] Bytes(RecordBuffer batch)
    {
        using (batch)
            return batch.Span.ToArray();
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        byte[] damaged = [.. good];
        int at = random.Next(good.Length);
        switch (random.Next(6))
        {
            case 0:
                damaged[at] ^= (byte)(1 << random.Next(8));
                return damaged;
            case 1:
                damaged[random.Next(RecordBatchHeader.Size)] = (byte)random.Next(256);
                return damaged;
            case 2:
                return damaged[..at];
            case 3:
                return [.. damaged, .. good[..at]];
            case 4:
                random.NextBytes(damaged.AsSpan(at, Math.Min(16, damaged.Length - at)));
                return damaged;
            default:
                return [.. damaged[..at], .. damaged[random.Next(at, damaged.Length)..]];
        }
    }

    // Equal but for what the leader stamps anew.
    private static bool SameToALeader(byte[] good, byte[] damaged)
    {
        if (good.Length != damaged.Length)
            return false;

        byte[] copy = [.. damaged];
        foreach (Range field in LeadersFields)
            good.AsSpan(field).CopyTo(copy.AsSpan(field));

        return good.AsSpan().SequenceEqual(copy);
    }
}
