using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Clients.Transacting;
using StreamLog.Diagnostics;
using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>Transactional producers over a broker in memory, whose way to it may fail.</summary>
internal sealed class TransactionTrial : IAsyncDisposable
{
    private readonly List<TransactionalProducer> _producers = [];

    private readonly Func<IBroker, IBroker> _wrap;

    /// <param name="clients">The broker in memory.</param>
    /// <param name="wrap">What stands before it; null is nothing.</param>
    public TransactionTrial(LocalClients clients, Func<IBroker, IBroker>? wrap = null)
    {
        Clients = clients;
        _wrap = wrap ?? (static broker => broker);
        Broker = new FaultyBroker(_wrap(clients.Harness.Broker));
    }

    public LocalClients Clients { get; private set; }

    /// <summary>Gets the way that all of its producers go.</summary>
    public FaultyBroker Broker { get; }

    public TransactionalProducer Producer(string id, Action<ProducerOptions>? configure = null)
    {
        ProducerOptions options = new();
        configure?.Invoke(options);
        TransactionalProducer producer = new(
            id,
            Broker,
            Clients.Harness.Environment,
            options,
            NullLoggerFactory.Instance,
            new StreamLogTracing(""));
        _producers.Add(producer);
        return producer;
    }

    public Task<T> RunAsync<T>(ValueTask<T> task) => Clients.Harness.Environment.RunAsync(task);

    public Task RunAsync(ValueTask task) => Clients.Harness.Environment.RunAsync(task);

    /// <summary>Stops the broker and starts it anew, over the same disk.</summary>
    public async Task RestartAsync()
    {
        Clients = LocalClients.Over(await Clients.Harness.RestartAsync());
        Broker.Inner = _wrap(Clients.Harness.Broker);
    }

    /// <summary>Reads what is committed, once every end is marked.</summary>
    public async Task<string> CommittedAsync(params TopicPartition[] partitions)
    {
        await Clients.Harness.Broker.WaitTransactionsIdleAsync();
        return await ReadAsync(IsolationLevel.ReadCommitted, partitions);
    }

    public async Task<string> ReadAsync(IsolationLevel isolation, params TopicPartition[] partitions)
    {
        await using Consumer<string, string> reader = Clients.Consumer(options => options.Isolation = isolation);
        IReadOnlyDictionary<TopicPartition, long> ends = await reader.Offsets.FindAsync(
            partitions, StartAt.Latest, TimeSpan.FromMinutes(1), default);
        await reader.AssignAsync(partitions, StartAt.Earliest, ends, default);
        List<string> values = [];
        await foreach (Record<string, string> record in reader.ReadAllAsync())
            values.Add(record.Value);
        return string.Join(' ', values);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TransactionalProducer producer in _producers)
            await RunAsync(producer.DisposeAsync());
    }
}
