using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;

namespace StreamLog.Kafka.Tests.Sockets;

/// <summary>How frames are read from a connection.</summary>
[Collection(CountedBuffers.Name)]
public sealed class FrameReaderTests
{
    [Fact]
    public async Task A_request_that_waits_for_room_is_not_kept_waiting_by_its_client()
    {
        ByteGate gate = new(100);
        await gate.EnterAsync(100, CancellationToken.None);
        ConnectionActivity activity = new(TimeProvider.System);
        FrameReader frames = new(new MemoryStream([0, 0, 0, 3, 7, 8, 9]), gate, activity);

        Task<RecordBuffer?> reading = frames.ReadAsync(1000, CancellationToken.None).AsTask();
        Assert.False(reading.IsCompleted);
        Assert.False(activity.IsWithinFrame);
        gate.Leave(100);

        using RecordBuffer? frame = await reading;
        Assert.Equal([7, 8, 9], frame!.Memory.ToArray());
        Assert.False(activity.IsWithinFrame);
    }

    [Fact]
    public async Task A_frame_that_is_cut_leaves_nothing_behind()
    {
        long before = RecordBuffer.Outstanding;
        ByteGate gate = new(100);
        ConnectionActivity activity = new(TimeProvider.System);
        FrameReader frames = new(new MemoryStream([0, 0, 0, 9, 7]), gate, activity);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => frames.ReadAsync(1000, CancellationToken.None).AsTask());

        Assert.Equal((0, before), (gate.Held, RecordBuffer.Outstanding));
        Assert.False(activity.IsWithinFrame);
    }

    /// <summary>Goal: what is only announced takes no room. Method: each read notes how much is held.</summary>
    [Fact]
    public async Task An_announced_length_takes_room_once_the_connection_has_sent_as_much()
    {
        const int FrameBytes = 9 << 20;
        ByteGate gate = new(long.MaxValue);
        byte[] prefix = [0, 0x90, 0, 0];
        using MemoryStream whole = new([.. prefix, .. new byte[FrameBytes], .. prefix, 1]);
        List<long> held = [];
        await using NotedStream stream = new(whole, () => held.Add(gate.Held));
        FrameReader frames = new(stream, gate);

        using (RecordBuffer? first = await frames.ReadAsync(int.MaxValue, CancellationToken.None))
            Assert.Equal(FrameBytes, first!.Length);
        Assert.Equal([0, 4 << 20, 8 << 20, FrameBytes], held);
        gate.Leave(FrameBytes);
        held.Clear();
        await Assert.ThrowsAsync<InvalidDataException>(
            () => frames.ReadAsync(int.MaxValue, CancellationToken.None).AsTask());

        Assert.Equal([0, FrameBytes, FrameBytes], held);
        Assert.Equal(0, gate.Held);
    }

    private sealed class NotedStream(Stream inner, Action note) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            note();
            return inner.ReadAsync(buffer, cancellationToken);
        }
    }
}
