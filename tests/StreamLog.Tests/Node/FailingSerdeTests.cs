using System.Buffers;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: what an application's serializer throws reaches the application as it is, and takes nothing else with it.
public sealed class FailingSerdeTests : NodeTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(70_000)]
    public async Task A_serializer_that_throws_harms_that_record_alone(int writtenBefore)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        Picky picky = new(writtenBefore);
        await using IProducer<string, string> producer =
            node.CreateProducer<string, string>(keySerializer: picky, valueSerializer: picky);

        for (int i = 0; i < 20; i++)
        {
            string value = i % 3 == 1 ? "bad" : $"{i}";
            ProducerRecord<string, string> record = new(i % 3 == 2 ? "bad" : "k", value);
            ValueTask EnqueueAsync() => producer.EnqueueAsync("orders", record, Stop);
            if (i % 3 == 0)
                await EnqueueAsync();
            else
                await Assert.ThrowsAsync<FormatException>(async () => await EnqueueAsync());
        }

        await Assert.ThrowsAsync<FormatException>(
            async () => await producer.AppendAsync("orders", new ProducerRecord<string, string>("k", "bad"), Stop));
        await producer.FlushAsync(Stop);

        ITopic<string, string> orders = node.Topic<string, string>("orders");
        Assert.Equal(["0", "3", "6", "9", "12", "15", "18"], await ReadValuesAsync(orders));
    }

    [Fact]
    public async Task A_list_with_a_record_that_cannot_be_serialized_throws_and_the_producer_goes_on()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await using IProducer<string, string> producer =
            node.CreateProducer<string, string>(valueSerializer: new Picky(2));
        ProducerRecord<string, string>[] records = [new("k", "one"), new("k", "bad"), new("k", "two")];

        await Assert.ThrowsAsync<FormatException>(async () => await producer.AppendAsync("orders", records, Stop));
        await producer.AppendAsync("orders", new ProducerRecord<string, string>("k", "last"), Stop);

        List<string> values = await ReadValuesAsync(node.Topic<string, string>("orders"));
        Assert.DoesNotContain("bad", values);
        Assert.Equal("last", values[^1]);
        Assert.Equal(values.Count, values.Distinct().Count());
    }

    [Fact]
    public async Task A_record_that_cannot_be_decoded_is_handed_out_with_its_bytes_and_the_next_ones_follow()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", cancellationToken: Stop);
        await node.Topic<string, string>("orders").AppendAsync("k", "not a number", Stop);
        await node.Topic<string, int>("orders").AppendAsync("k", 42, Stop);

        List<Record<string, int>> records = [];
        ITopic<string, int> numbers = node.Topic<string, int>("orders");
        await foreach (Record<string, int> record in numbers.ReadAsync(StartAt.Earliest, cancellationToken: Stop))
            records.Add(record);

        Assert.Equal(2, records.Count);
        Assert.NotNull(records[0].ValueError);
        Assert.Throws<FormatException>(() => records[0].Value);
        Assert.Equal("k", records[0].Key);
        Assert.Equal("not a number"u8.ToArray(), records[0].RawValue.ToArray());
        Assert.Equal(42, records[1].Value);
    }

    [Fact]
    public async Task A_type_that_nothing_codes_is_named()
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        StreamLogException refused = Assert.Throws<StreamLogException>(() => node.Topic<string, Picky>("orders"));
        Assert.Contains(nameof(Picky), refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<StreamLogException>(() => node.CreateProducer<Picky, string>());
        Assert.Contains(nameof(Picky), refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<StreamLogException>(() => node.CreateConsumer<string, Picky>());
        Assert.Contains(nameof(Picky), refused.Message, StringComparison.Ordinal);

        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_partitioner_that_throws_or_answers_nonsense_harms_that_record_alone()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", partitions: 2, cancellationToken: Stop);
        await using IProducer<string, string> producer =
            node.CreateProducer<string, string>(options => options.Partitioner = new Moody());

        await Assert.ThrowsAsync<FormatException>(
            async () => await producer.AppendAsync("orders", new ProducerRecord<string, string>("throw", "v"), Stop));
        await Assert.ThrowsAnyAsync<Exception>(
            async () => await producer.AppendAsync("orders", new ProducerRecord<string, string>("nowhere", "v"), Stop));
        ProducerRecord<string, string> fine = new("fine", "v");
        LogPosition position = await producer.AppendAsync("orders", fine, Stop);

        Assert.Equal(new LogPosition("orders", 1, 0), position);
        await producer.FlushAsync(Stop);
    }

    private sealed class Picky(int writtenBefore) : ISerializer<string>
    {
        public void Serialize(string value, IBufferWriter<byte> writer)
        {
            if (value == "bad")
            {
                writer.GetSpan(writtenBefore).Fill(0xEE);
                writer.Advance(writtenBefore);
                throw new FormatException("I do not like this one.");
            }

            Serdes.Utf8.Serialize(value, writer);
        }
    }

    private sealed class Moody : IPartitioner
    {
        public int ChoosePartition(string topic, ReadOnlySpan<byte> key, int partitionCount) => key.Length switch
        {
            5 => throw new FormatException("I do not know."),
            7 => partitionCount,
            _ => 1,
        };
    }
}
