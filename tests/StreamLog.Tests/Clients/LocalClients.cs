using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Tests.Broker;

namespace StreamLog.Tests.Clients;

/// <summary>Clients of every kind over a broker in memory.</summary>
internal sealed class LocalClients : IAsyncDisposable
{
    private readonly ConcurrentQueue<IProducer<string, string>> _producers = [];
    private readonly Lazy<IProducer<string, string>> _shared;

    private LocalClients(BrokerHarness harness)
    {
        Harness = harness;
        Admin = new Admin(harness.Door, harness.Environment);
        _shared = new Lazy<IProducer<string, string>>(() => Producer());
    }

    public BrokerHarness Harness { get; private set; }

    public Admin Admin { get; private set; }

    public static async Task<LocalClients> StartAsync(StreamLogOptions? options = null) =>
        new(await BrokerHarness.StartAsync(options));

    public static LocalClients Over(BrokerHarness harness) => new(harness);

    public Producer<string, string> Producer(Action<ProducerOptions>? configure = null)
    {
        ProducerOptions options = new();
        configure?.Invoke(options);
        Producer<string, string> producer = new(
            Harness.Door, Harness.Environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
        _producers.Enqueue(producer);
        return producer;
    }

    public Consumer<string, string> Consumer(Action<ConsumerOptions>? configure = null)
    {
        ConsumerOptions options = new();
        configure?.Invoke(options);
        return new Consumer<string, string>(
            Harness.Door, Harness.Environment, options, Serdes.Utf8, Serdes.Utf8, NullLoggerFactory.Instance);
    }

    public TopicHandle<string, string> Topic(string name, Func<string, string>? keySelector = null) => new(
        name,
        Harness.Door,
        Harness.Environment,
        () => _shared.Value,
        new ConsumerOptions(),
        static _ => { },
        (Serdes.Utf8, Serdes.Utf8, keySelector),
        NullLoggerFactory.Instance);

    public async ValueTask DisposeAsync()
    {
        foreach (IProducer<string, string> producer in _producers)
            await producer.DisposeAsync();
        await Harness.DisposeAsync();
    }
}
