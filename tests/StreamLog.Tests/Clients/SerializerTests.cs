using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Serializers run on their caller's thread under no lock, so they may do what they like.</summary>
public sealed class SerializerTests
{
    private readonly SimulatedEnvironment _environment = new();
    private readonly ScriptedBroker _broker = new ScriptedBroker().Add("orders", 1);

    [Fact]
    public async Task A_serializer_may_append_to_the_partition_that_its_record_is_for()
    {
        Producer<string, string>? producer = null;
        ActingSerializer serializer = new(value =>
        {
            if (value == "outer")
                Assert.True(producer!.TryEnqueue("orders", new("k", "inner")));
        });
        producer = Create(serializer);
        await using Producer<string, string> owned = producer;
        await producer.AppendAsync("orders", new("k", "first"));

        await producer.AppendAsync("orders", new("k", "outer"));
        await producer.FlushAsync();

        Assert.Equal(["first", "inner", "outer"], Values());
    }

    // Goal: a serializer that takes its time holds up nobody else's append to the same partition.
    [Fact]
    public async Task A_slow_serializer_holds_up_nobody_else()
    {
        using SemaphoreSlim isIn = new(0);
        using SemaphoreSlim mayGo = new(0);
        await using Producer<string, string> producer = Create(new ActingSerializer(value =>
        {
            if (value != "slow")
                return;
            isIn.Release();
            mayGo.Wait();
        }));
        await producer.AppendAsync("orders", new("k", "first"));

        Task<LogPosition> slow = Task.Run(async () => await producer.AppendAsync("orders", new("k", "slow")));
        await isIn.WaitAsync();
        LogPosition quick = await producer.AppendAsync("orders", new("k", "quick"));
        mayGo.Release();

        Assert.Equal(1, quick.Offset);
        Assert.Equal(2, (await slow).Offset);
    }

    [Fact]
    public async Task What_a_serializer_throws_reaches_its_caller_and_leaves_nothing_behind()
    {
        await using Producer<string, string> producer = Create(new ActingSerializer(value =>
        {
            if (value == "bad")
                throw new FormatException("Bad.");
        }));

        await producer.AppendAsync("orders", new("k", "first"));
        await Assert.ThrowsAsync<FormatException>(async () => await producer.AppendAsync("orders", new("k", "bad")));
        await producer.AppendAsync("orders", new("k", "second"));

        Assert.Equal(["first", "second"], Values());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(300_000)]
    public async Task Values_of_any_size_arrive_whole(int length)
    {
        await using Producer<string, string> producer = Create(new ActingSerializer(_ => { }));
        string value = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));

        await producer.AppendAsync("orders", new("k", value));
        await producer.AppendAsync("orders", new("k", "short"));

        Assert.Equal([value, "short"], Values());
    }

    private Producer<string, string> Create(ISerializer<string> values) => new(
        _broker, _environment, new ProducerOptions(), Serdes.Utf8, values, NullLoggerFactory.Instance);

    private IEnumerable<string> Values() =>
        _broker.Partition("orders").Records().Select(record => Encoding.UTF8.GetString(record.Value));

    private sealed class ActingSerializer(Action<string> act) : ISerializer<string>
    {
        public void Serialize(string value, IBufferWriter<byte> writer)
        {
            // Half before and half after, so that a scratch that is taken twice would show.
            int half = value.Length / 2;
            Encoding.UTF8.GetBytes(value.AsSpan(0, half), writer);
            act(value);
            Encoding.UTF8.GetBytes(value.AsSpan(half), writer);
        }
    }
}
