using System.Buffers.Binary;
using Confluent.Kafka;
using StreamLog.Protocol;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>What a client that nobody here wrote does when the wire fails: it asks again, and nothing is lost or
/// doubled.</summary>
public sealed class RealClientWireTests
{
    public static TheoryData<string> Faults =>
    [
        "request lost", "request swallowed", "request half-open", "request reset",
        "answer lost", "answer swallowed", "answer half-open", "answer reset",
        "answer cut in its length", "answer cut", "answer to nobody",
    ];

    public static TheoryData<string> Nonsense => ["answer too long", "answer of no sense"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_record_is_written_once(string fault)
    {
        ScriptedWire wire = WireOf(fault, ApiKey.Produce);
        await using FakeKafka kafka = await StartAsync(wire);
        using RealProducer producer = RealClient.Producer(
            kafka, ("socket.timeout.ms", "200"), ("request.timeout.ms", "200"));

        await producer.SendAsync("orders", "a");
        await producer.SendAsync("orders", "b");

        Assert.True(wire.HasStruck);
        Assert.Equal(2, kafka.Log.Topics.Single().Partitions.Single().HighWatermark);
        using RealConsumer consumer = RealClient.Subscribed(kafka, "orders");
        Assert.Equal(["a", "b"], await consumer.ReadAsync(2));
    }

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task An_answer_that_cannot_be_read_fails_a_record_that_is_written(string fault)
    {
        ScriptedWire wire = WireOf(fault, ApiKey.Produce);
        await using FakeKafka kafka = await StartAsync(wire);
        using RealProducer producer = RealClient.Producer(kafka);

        ProduceException<string, string> thrown =
            await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.SendAsync("orders", "a"));

        Assert.Equal(RealError.Local_BadMsg, thrown.Error.Code);
        Assert.Equal(1, kafka.Log.Topics.Single().Partitions.Single().HighWatermark);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    [MemberData(nameof(Nonsense))]
    public async Task Records_are_read_once(string fault)
    {
        ScriptedWire wire = WireOf(fault, ApiKey.Fetch);
        await using FakeKafka kafka = await StartAsync(wire);
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "a");
        using RealConsumer consumer = RealClient.Subscribed(
            kafka, "orders", ("socket.timeout.ms", "200"));

        Assert.Equal(["a"], await consumer.ReadAsync(1));

        Assert.True(wire.HasStruck);
        await kafka.Log.Topic<string, string>("orders").AppendAsync("k", "b");
        Assert.Equal(["b"], await consumer.ReadAsync(1));
    }

    private static Task<FakeKafka> StartAsync(ScriptedWire wire) =>
        FakeKafka.StartAsync(options => options.Listener = listener => listener.Wire = wire);

    private static ScriptedWire WireOf(string fault, ApiKey api)
    {
        string[] words = fault.Split(' ', 2);
        Func<WireFrame, WireAction> spoil = words[1] switch
        {
            "lost" => _ => WireAction.Disconnect,
            "swallowed" => _ => WireAction.Swallow,
            "half-open" => _ => WireAction.HalfOpen,
            "reset" => _ => WireAction.Reset,
            "cut in its length" => frame => WireAction.Send(frame.Bytes[..2], thenDisconnect: true),
            "cut" => frame => WireAction.Send(frame.Bytes[..(frame.Bytes.Length / 2)], thenDisconnect: true),
            "to nobody" => frame => WireAction.Send(Written(frame.Bytes, at: 4, 0x7FFFFFF0)),
            "too long" => frame => WireAction.Send(Written(frame.Bytes, at: 0, int.MaxValue)),
            _ => frame => WireAction.Send(Blanked(frame.Bytes)),
        };
        return words[0] == "request" ? new ScriptedWire(api, request: spoil) : new ScriptedWire(api, response: spoil);
    }

    private static byte[] Written(ReadOnlyMemory<byte> frame, int at, int value)
    {
        byte[] bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
        return bytes;
    }

    // Behind the length and the number of the request, which are right.
    private static byte[] Blanked(ReadOnlyMemory<byte> frame)
    {
        byte[] bytes = frame.ToArray();
        bytes.AsSpan(8).Fill(0xFF);
        return bytes;
    }
}
