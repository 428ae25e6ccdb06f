using StreamLog.Kafka.Sockets;

namespace StreamLog.Kafka.Tests.Sockets;

/// <summary>The bound on the bytes of all requests.</summary>
public sealed class ByteGateTests
{
    [Fact]
    public async Task Who_comes_when_it_is_full_waits_its_turn()
    {
        ByteGate gate = new(100);
        await gate.EnterAsync(60, CancellationToken.None);
        Task second = gate.EnterAsync(60, CancellationToken.None).AsTask();
        Task third = gate.EnterAsync(10, CancellationToken.None).AsTask();

        // The third would fit, and does not go past the second.
        Assert.False(second.IsCompleted);
        Assert.False(third.IsCompleted);
        gate.Leave(60);

        await second;
        await third;
        Assert.Equal(70, gate.Held);
    }

    [Fact]
    public async Task One_that_is_larger_than_all_enters_alone()
    {
        ByteGate gate = new(100);
        await gate.EnterAsync(1000, CancellationToken.None);
        Task next = gate.EnterAsync(1, CancellationToken.None).AsTask();

        Assert.False(next.IsCompleted);
        gate.Leave(1000);
        await next;
        gate.Leave(1);
        Assert.Equal(0, gate.Held);
    }

    [Fact]
    public async Task Who_gives_up_holds_nothing_and_nobody_up()
    {
        ByteGate gate = new(100);
        await gate.EnterAsync(100, CancellationToken.None);
        using CancellationTokenSource tired = new();
        Task first = gate.EnterAsync(50, tired.Token).AsTask();
        Task second = gate.EnterAsync(50, CancellationToken.None).AsTask();

        await tired.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Leave(100);

        await second;
        Assert.Equal(50, gate.Held);
    }

    [Fact]
    public async Task A_request_that_grows_is_not_held_up_by_itself()
    {
        ByteGate gate = new(100);
        await gate.EnterAsync(90, CancellationToken.None);

        gate.Add(90);

        Assert.Equal(180, gate.Held);
        Task next = gate.EnterAsync(1, CancellationToken.None).AsTask();
        Assert.False(next.IsCompleted);
        gate.Leave(180);
        await next;
    }

    [Fact]
    public async Task What_is_small_passes_those_who_wait_within_a_bound()
    {
        ByteGate gate = new(100, smallMax: 10);
        int crowded = 0;
        gate.Crowded = () => crowded++;
        await gate.EnterAsync(100, CancellationToken.None);
        Task large = gate.EnterAsync(50, CancellationToken.None).AsTask();
        await gate.EnterAsync(10, CancellationToken.None);
        await gate.EnterAsync(10, CancellationToken.None);
        Task small = gate.EnterAsync(10, CancellationToken.None).AsTask();

        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);
        Assert.Equal(2, crowded);
        Assert.True(gate.IsCrowded);
        Assert.Equal(120, gate.Held);
        gate.Leave(100);

        await large;
        await small;
        Assert.False(gate.IsCrowded);
        Assert.Equal(80, gate.Held);
    }
}
