using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Tests.Listening;

/// <summary>A client that does not read what it has asked for.</summary>
[Collection(CountedBuffers.Name)]
public sealed class SlowClientTests
{
    [Fact]
    public async Task A_client_that_does_not_read_holds_nobody_up_and_nothing_of_the_log()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using RawClient slow = await node.ConnectAsync();
        using RawClient other = await node.ConnectAsync();
        await other.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] },
            version: 5);
        string large = new('x', 900_000);
        for (int i = 0; i < 8; i++)
            await other.AskAsync(Batches.Produce("t", 1, large), version: 9);
        long before = RecordBuffer.Outstanding;

        for (int i = 0; i < 10; i++)
            await slow.SendAsync(Batches.Fetch("t", 0), version: 12);

        using (FetchResponse fetched = await other.AskAsync(Batches.Fetch("t", 7), version: 12))
            Assert.Single(Batches.ValuesOf(fetched));

        // One response is on its way and one request is read; the others wait in the socket.
        Assert.InRange(RecordBuffer.Outstanding - before, 0, 6);
        for (int i = 0; i < 10; i++)
        {
            using FetchResponse fetched = await slow.ReadAsync<FetchResponse>(ApiKey.Fetch, 12);
            Assert.Equal(large, Batches.ValuesOf(fetched)[0]);
        }
    }
}
