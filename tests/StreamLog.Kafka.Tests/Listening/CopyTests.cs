using System.Buffers.Binary;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>Batches go from a socket to the log, and from the log to a socket, with one copy in managed code.</summary>
/// <remarks>
/// A copy needs memory to go to. For each batch the system reads into one array, out of the socket or out of the file,
/// and the copy goes to another. So all arrays that are taken are counted, from the pool or new, in sizes of which only
/// the batches are: batches nearly fill the arrays of the pool that hold them.
/// </remarks>
[Collection(CountedBuffers.Name)]
public sealed class CopyTests : IDisposable
{
    private const int Times = 8;
    private const double ArraysMax = 2.2; // The tenths are for all else that goes on.

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("streamlog-copies-");
    private readonly byte[] _received = new byte[64 * 1024];

    /// <summary>Of those beyond 4 MiB the first on a connection is copied as it arrives, too.</summary>
    [Theory]
    [InlineData(4 << 20)]
    [InlineData(16 << 20)]
    public async Task A_batch_is_copied_once_on_its_way_to_the_log(int arrayBytes)
    {
        await using ListenedNode node = await StartAsync();
        using RawClient client = await node.ConnectAsync();
        byte[] produce = Produce(arrayBytes);

        Assert.InRange(await CountAsync(client, produce, arrayBytes), 1, ArraysMax);
    }

    [Fact]
    public async Task A_batch_is_copied_once_on_its_way_out_of_the_log()
    {
        const int ArrayBytes = 4 << 20;
        await using ListenedNode node = await StartAsync();
        using RawClient client = await node.ConnectAsync();
        byte[] produce = Produce(ArrayBytes);

        // Enough that the first is not kept for readers at the tail.
        for (int i = 0; i < 24; i++)
            await AskAsync(client, produce);

        Assert.InRange(await CountAsync(client, Fetch(), ArrayBytes), 1, ArraysMax);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private Task<ListenedNode> StartAsync() => ListenedNode.StartAsync(node: options =>
    {
        options.InMemory = false;
        options.DataDirectory = _directory.FullName;
        options.Durability = Durability.PageCache;
        options.Topics["t"] = new TopicOptions
        {
            Configs = { ["max.message.bytes"] = $"{64 << 20}" },
        };
    });

    // Returns how many arrays of so many bytes were taken for each request.
    private async Task<double> CountAsync(RawClient client, byte[] frame, int arrayBytes)
    {
        using PoolEvents pool = new();
        await AskAsync(client, frame);
        long rented = pool.RentedBytes;
        long allocatedByPool = pool.AllocatedBytes;
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Times; i++)
            await AskAsync(client, frame);
        long others = GC.GetTotalAllocatedBytes(precise: true) - allocated - (pool.AllocatedBytes - allocatedByPool);
        return (pool.RentedBytes - rented + others) / (double)Times / arrayBytes;
    }

    // Takes no arrays itself.
    private async Task AskAsync(RawClient client, byte[] frame)
    {
        await client.Stream.WriteAsync(frame);
        await client.Stream.ReadExactlyAsync(_received.AsMemory(0, sizeof(int)));
        int left = BinaryPrimitives.ReadInt32BigEndian(_received);
        while (left > 0)
            left -= await client.Stream.ReadAsync(_received.AsMemory(0, Math.Min(left, _received.Length)));
    }

    private static byte[] Produce(int arrayBytes) => RawClient.Frame(
        Batches.Produce("t", 1, new string('x', arrayBytes - (arrayBytes / 32))), version: 9, correlationId: 1);

    private static byte[] Fetch()
    {
        FetchRequest fetch = Batches.Fetch("t", 0);
        fetch.Topics[0].Partitions[0].PartitionMaxBytes = 1; // One batch always goes through.
        return RawClient.Frame(fetch, version: 12, correlationId: 1);
    }
}
