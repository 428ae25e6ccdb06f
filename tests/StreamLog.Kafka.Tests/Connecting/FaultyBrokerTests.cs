using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Testing;

namespace StreamLog.Kafka.Tests.Connecting;

/// <summary>Brokers that answer what is no answer, and callers that go away in the middle.</summary>
[Collection(CountedBuffers.Name)]
public sealed class FaultyBrokerTests : ClusterTest
{
    public static TheoryData<string> Faults => ["cut", "number", "long", "negative", "body", "short", "http"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_no_answer_closes_the_connection_and_the_next_request_gets_another(string fault)
    {
        Mangler mangler = new(ApiKey.ListOffsets);
        await using ListenedNode node = await ListenedNode.StartAsync(listener => listener.Wire = mangler);
        await using KafkaCluster cluster = Connect(node);
        await SendAsync(cluster, new MetadataRequest { Topics = [new() { Name = "orders" }] });
        await SendAsync(cluster, Offsets("orders"));
        mangler.Mangle(fault switch
        {
            "cut" => bytes => bytes[..(bytes.Length / 2)],
            "number" => bytes => Changed(bytes, 7, 0x5A),
            "long" => bytes => Changed(bytes, 0, 0x7F),
            "negative" => bytes => Changed(bytes, 0, 0xFF),
            "body" => bytes => [.. bytes[..9], .. Enumerable.Repeat((byte)0xFE, bytes.Length - 9)],
            "short" => _ => [0, 0, 0, 2, 1, 1],
            _ => _ => Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"),
        });

        StreamLogException exception = await Assert.ThrowsAnyAsync<StreamLogException>(
            async () => await SendAsync(cluster, Offsets("orders")));
        Assert.Equal(ErrorCode.NetworkException, exception.ErrorCode);

        ListOffsetsResponse answer = await SendAsync(cluster, Offsets("orders"));
        Assert.Equal(ErrorCode.None, answer.Topics.Single().Partitions.Single().ErrorCode);
    }

    [Fact]
    public async Task Readers_that_go_away_in_the_middle_leave_nothing()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        KafkaCluster cluster = Connect(node);
        await SendAsync(cluster, new MetadataRequest { Topics = [new() { Name = "orders" }] });
        for (int i = 0; i < 20; i++)
            await SendAsync(cluster, Batches.Produce("orders", -1, $"{i}"));
        using (await SendAsync(cluster, Batches.Fetch("orders", 0)))
        {
            // Once, so that what stays in caches is there.
        }

        long before = RecordBuffer.Outstanding;
        for (int i = 0; i < 50; i++)
        {
            RequestContext reader = RequestContext.ForLocalClient($"reader-{i}");
            using CancellationTokenSource goes = new();
            Task<FetchResponse> reading =
                cluster.SendAsync(Batches.Fetch("orders", i % 20, maxWaitMs: 1_000), reader, goes.Token).AsTask();
            if (i % 3 != 0)
                await Task.Yield();
            await goes.CancelAsync();
            try
            {
                (await reading).Dispose();
            }
            catch (OperationCanceledException)
            {
                // As was asked for.
            }
        }

        await cluster.DisposeAsync();
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (RecordBuffer.Outstanding > before)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_request_that_was_taken_back_in_time_is_not_sent()
    {
        await using FakeKafka kafka = await StartAsync(1);
        await using KafkaCluster cluster = Connect(kafka);
        await cluster.ConnectAsync(Stop);
        using CancellationTokenSource gone = new();
        FaultBarrier barrier = kafka.Faults.On(ApiKey.ApiVersions).Hold();
        Task creating = cluster.SendAsync(
            new CreateTopicsRequest { Topics = [new() { Name = "never", NumPartitions = 1, ReplicationFactor = 1 }] },
            Client,
            gone.Token).AsTask();
        Task<MetadataResponse> behind = SendAsync(cluster, new MetadataRequest { Topics = null }).AsTask();
        await barrier.WaitUntilEnteredAsync();

        // The connection is being opened, for the two of them.
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => creating);
        barrier.Release();

        Assert.Empty((await behind).Topics);
        Assert.Empty(kafka.Requests.Of(ApiKey.CreateTopics));
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        bytes[at] = value;
        return bytes;
    }

    /// <summary>Changes the next response of an API.</summary>
    private sealed class Mangler(ApiKey apiKey) : IWireSeam
    {
        private Func<byte[], byte[]>? _next;

        public void Mangle(Func<byte[], byte[]> next) => Volatile.Write(ref _next, next);

        public ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken) =>
            ValueTask.FromResult(WireAction.Pass);

        public ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken) =>
            ValueTask.FromResult(
                frame.Header.ApiKey == apiKey && Interlocked.Exchange(ref _next, null) is { } mangle
                    ? WireAction.Send(mangle(frame.Bytes.ToArray()), thenDisconnect: true)
                    : WireAction.Pass);
    }
}
