using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamLog.Kafka.Listening;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Random and mutated requests do no harm, however many.</summary>
[Collection(CountedBuffers.Name)]
public sealed class FuzzTests
{
    private const int Seed = 20261123;

    [Fact]
    public async Task A_million_mutated_frames_are_read_or_refused_and_leave_nothing()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        SupportedVersions supported = SupportedVersions.Of(node.Broker, known: null);
        Random random = new(Seed);
        byte[][] seeds = [.. Frames()];
        long outstanding = RecordBuffer.Outstanding;
        int read = 0;
        long worst = 0;

        for (int i = 0; i < 1_000_000; i++)
        {
            byte[] frame = Mutate(seeds[random.Next(seeds.Length)], random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            using (RecordBuffer buffer = RecordBuffer.Wrap(frame))
            {
                try
                {
                    DecodedRequest request = DecodedRequest.Read(buffer, supported);
                    (request.Message as IDisposable)?.Dispose();
                    read++;
                }
                catch (StreamLogException)
                {
                    // The one thing that malformed bytes may become.
                }
            }

            worst = Math.Max(worst, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // Some of them are still requests; and none has had more memory than its bytes can hold items, and some words.
        Assert.InRange(read, 1_000, 999_000);
        Assert.InRange(worst, 0, 256 * 1024);
        Assert.Equal(outstanding, RecordBuffer.Outstanding);
    }

    [Fact]
    public async Task Mutated_frames_over_sockets_close_their_connections_at_most()
    {
        Failures failures = new();
        await using ListenedNode node =
            await ListenedNode.StartAsync(node: options => options.AutoCreateTopics = false);
        await using KafkaListener listener = await KafkaListener.StartAsync(
            node.Broker, new() { Address = "127.0.0.1:0", DrainTimeout = TimeSpan.Zero }, loggers: failures);
        using RawClient good = await RawClient.ConnectAsync(listener.Endpoint);
        Random random = new(Seed);
        byte[][] seeds = [.. Frames()];

        for (int i = 0; i < 500; i++)
        {
            using RawClient bad = await RawClient.ConnectAsync(listener.Endpoint);
            try
            {
                for (int n = 0; n < 20; n++)
                {
                    byte[] frame = Mutate(seeds[random.Next(seeds.Length)], random);
                    byte[] prefix = new byte[4];
                    BinaryPrimitives.WriteInt32BigEndian(prefix, frame.Length);
                    await bad.Stream.WriteAsync((byte[])[.. prefix, .. frame]);
                }
            }
            catch (IOException)
            {
                // It is closed.
            }

            if (i % 50 == 0)
                Assert.Equal(1, (await good.AskAsync(new MetadataRequest(), version: 9)).ControllerId);
        }

        Assert.Equal(1, (await good.AskAsync(new MetadataRequest(), version: 9)).ControllerId);
        Assert.Empty(failures.Messages);
    }

    private static IEnumerable<byte[]> Frames()
    {
        foreach (short version in new short[] { 3, 7, 9, 12 })
            yield return Body(Batches.Produce("t", -1, "a", "b"), version);
        foreach (short version in new short[] { 4, 11, 12 })
            yield return Body(Batches.Fetch("t", 0), version);
        foreach (short version in new short[] { 1, 9, 12 })
            yield return Body(new MetadataRequest { Topics = [new() { Name = "t" }] }, version);
        foreach (short version in new short[] { 0, 3, 4 })
            yield return Body(new ApiVersionsRequest { ClientSoftwareName = "fuzz" }, version);
        yield return Body(
            new JoinGroupRequest
            {
                GroupId = "g",
                SessionTimeoutMs = 10_000,
                ProtocolType = "consumer",
                Protocols = [new() { Name = "range", Metadata = [0, 1] }],
            },
            5);
        yield return Body(
            new OffsetCommitRequest
            {
                GroupId = "g",
                Topics = [new() { Name = "t", Partitions = [new() { PartitionIndex = 0, CommittedOffset = 1 }] }],
            },
            8);
        yield return Body(new OffsetFetchRequest { Groups = [new() { GroupId = "g" }] }, 8);
        yield return Body(new ListGroupsRequest(), 4);
        yield return Body(new InitProducerIdRequest { TransactionalId = "x", TransactionTimeoutMs = 1000 }, 4);
        yield return Body(new FindCoordinatorRequest { CoordinatorKeys = ["g"] }, 4);
    }

    private static byte[] Body<TResponse>(IRequest<TResponse> request, short version)
        where TResponse : class => RawClient.Frame(request, version, correlationId: 1)[4..];

    // Flips, cuts, repeats, or fills with large numbers; sometimes everything is random.
    private static byte[] Mutate(byte[] seed, Random random)
    {
        if (random.Next(50) == 0)
        {
            byte[] noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            return noise;
        }

        byte[] frame = [.. seed];
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int at = random.Next(frame.Length);
            switch (random.Next(4))
            {
                case 0:
                    frame[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    frame[at] = (byte)random.Next(256);
                    break;
                case 2:
                    byte large = random.Next(2) == 0 ? (byte)0x7f : (byte)0xff;
                    frame.AsSpan(at, Math.Min(4, frame.Length - at)).Fill(large);
                    break;
                default:
                    frame = frame[..Math.Max(1, at)];
                    break;
            }
        }

        return frame;
    }

    private sealed class Failures : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Messages { get; } = new();

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Messages.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
