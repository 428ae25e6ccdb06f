using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>A trial of transactional producers, and a topic <c>orders</c> of two partitions.</summary>
public abstract class TransactionTrialTests : IAsyncLifetime
{
    private protected static readonly TopicPartition Orders0 = new("orders", 0);
    private protected static readonly TopicPartition Orders1 = new("orders", 1);

    private protected TransactionTrial Trial { get; private set; } = null!;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Trial = new TransactionTrial(await LocalClients.StartAsync(), Before);
        await Trial.Clients.Harness.CreateTopicAsync("orders", 2);
    }

    public async ValueTask DisposeAsync()
    {
        await Trial.DisposeAsync();
        await Trial.Clients.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Says what stands before the broker.</summary>
    private protected virtual IBroker Before(IBroker broker) => broker;

    private protected static ProducerRecord<string, string> At(int partition, string value) =>
        new("k", value) { Partition = partition };
}
