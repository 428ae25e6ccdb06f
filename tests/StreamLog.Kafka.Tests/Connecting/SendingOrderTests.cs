using StreamLog.Kafka.Connecting;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>The order in which a client's requests find out where to go.</summary>
public sealed class SendingOrderTests : ClusterTest
{
    [Fact]
    public async Task The_turn_is_passed_on_in_order()
    {
        SendingOrder order = new();
        await order.EnterAsync(Stop);
        Task second = order.EnterAsync(Stop).AsTask();
        Task third = order.EnterAsync(Stop).AsTask();

        order.Leave();
        await second;
        Assert.False(third.IsCompleted);
        order.Leave();
        await third;
    }

    [Fact]
    public async Task One_that_has_stopped_waiting_is_passed_over()
    {
        SendingOrder order = new();
        using CancellationTokenSource gone = new();
        await order.EnterAsync(Stop);
        Task second = order.EnterAsync(gone.Token).AsTask();
        Task third = order.EnterAsync(Stop).AsTask();
        Task fourth = order.EnterAsync(Stop).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        order.Leave();
        await third.WaitAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.False(fourth.IsCompleted);
        order.Leave();
        await fourth;

        // Nobody is left, so the turn is free.
        order.Leave();
        Assert.True(order.EnterAsync(Stop).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_heartbeat_does_not_wait_until_it_is_found_where_another_request_goes()
    {
        await using FakeKafka kafka = await StartAsync(1);
        await kafka.Log.Admin.CreateTopicIfMissingAsync("orders", cancellationToken: Stop);
        await using KafkaCluster cluster = Connect(kafka);
        HeartbeatRequest heartbeat = new() { GroupId = "readers", MemberId = "m" };
        await SendAsync(cluster, heartbeat);
        using FaultBarrier barrier = kafka.Faults.On(ApiKey.Metadata).Hold();
        Task<ListOffsetsResponse> offsets = SendAsync(cluster, Offsets("orders")).AsTask();
        await barrier.WaitUntilEnteredAsync();

        HeartbeatResponse beat =
            await SendAsync(cluster, heartbeat).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Stop);

        Assert.Equal(ErrorCode.UnknownMemberId, beat.ErrorCode);
        Assert.False(offsets.IsCompleted);
        barrier.Release();
        Assert.Equal(ErrorCode.None, (await offsets).Topics.Single().Partitions.Single().ErrorCode);
    }
}
