using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Clients.Handling;
using StreamLog.Diagnostics;
using StreamLog.Protocol;
using StreamLog.Simulation;

namespace StreamLog.Tests.Clients;

/// <summary>A topic with records, and handlers of it, over a broker in memory whose clock the test moves.</summary>
internal sealed class HandlerTrial : IAsyncDisposable
{
    private readonly LocalClients? _clients;
    private readonly List<IPushConsumer> _started = [];

    private HandlerTrial(IBroker broker, SimulatedEnvironment environment, LocalClients? clients)
    {
        Broker = broker;
        Environment = environment;
        _clients = clients;
    }

    public IBroker Broker { get; }

    public SimulatedEnvironment Environment { get; }

    public LocalClients Clients => _clients!;

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public HandlerMetrics Metrics { get; set; } = StreamLogMetrics.Unobserved.Handlers;

    /// <summary>Starts with a topic <c>orders</c>, and a topic <c>dead</c> of one partition, over a broker that may
    /// seem older.</summary>
    public static async Task<HandlerTrial> StartAsync(int partitions = 1, params ApiKey[] hidden)
    {
        LocalClients clients = await LocalClients.StartAsync();
        await clients.Harness.CreateTopicAsync("orders", partitions);
        await clients.Harness.CreateTopicAsync("dead");
        IBroker broker = new SeverableBroker(clients.Harness.Broker) { Hidden = hidden };
        HandlerTrial trial = new(broker, clients.Harness.Environment, clients);

        // The coordinator knows the group from here on: asked while it takes it up, it would be asked again after a
        // pause, and this clock stands still.
        await clients.Admin.AlterGroupOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [new TopicPartition("orders", 0)] = new(0) });
        return trial;
    }

    public static HandlerTrial Over(IBroker broker, SimulatedEnvironment environment) => new(broker, environment, null);

    public async Task AppendAsync(string key, string value, int partition = 0) =>
        await Clients.Topic("orders").AppendAsync(
            new ProducerRecord<string, string>(key, value) { Partition = partition });

    public IPushConsumer Handle(
        Func<Record<string, string>, CancellationToken, ValueTask> handler,
        Action<HandlerBuilder>? configure = null,
        IDeserializer<string>? values = null) =>
        Start(
            (records, cancellationToken) => handler(records[0], cancellationToken), isBatch: false, configure, values);

    public IPushConsumer HandleBatches(HandlerCall<string, string> handler, Action<HandlerBuilder>? configure = null) =>
        Start(handler, isBatch: true, configure, values: null);

    /// <summary>Stops a handler, whatever time that takes on the clock.</summary>
    public Task StopAsync(IPushConsumer handler, bool hurries = false) =>
        Environment.RunAsync(handler.StopAsync(new CancellationToken(hurries)));

    public async Task<long> CommittedAsync(int partition = 0) =>
        (await Clients.Admin.ListGroupOffsetsAsync("g"))[new TopicPartition("orders", partition)].Offset;

    public async Task<bool> HasCommittedAsync(int partition) =>
        (await Clients.Admin.ListGroupOffsetsAsync("g")).ContainsKey(new TopicPartition("orders", partition));

    public async Task<List<Record<string, string>>> DeadLettersAsync()
    {
        List<Record<string, string>> letters = [];
        await foreach (Record<string, string> letter in Clients.Topic("dead").ReadAsync(StartAt.Earliest))
            letters.Add(letter);
        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IPushConsumer handler in _started)
            await StopAsync(handler, hurries: true);
        if (_clients is not null)
            await _clients.DisposeAsync();
    }

    private PushConsumer<string, string> Start(
        HandlerCall<string, string> call,
        bool isBatch,
        Action<HandlerBuilder>? configure,
        IDeserializer<string>? values)
    {
        HandlerBuilder builder = new("orders", "g", isBatch);
        configure?.Invoke(builder);
        HandlerPlan plan = builder.Build();
        ConsumerOptions options = new() { Group = "g" };
        plan.Consumer?.Invoke(options);
        bool putsAside = plan.DeadLetterTopic is not null;
        PushConsumer<string, string> consumer = new(
            plan,
            call,
            listener => new GroupConsumer<string, string>(
                Subscription.To("orders"),
                Broker,
                Environment,
                options,
                (Serdes.Utf8, values ?? Serdes.Utf8),
                NullLoggerFactory.Instance,
                metrics: null,
                listener,
                putsAside),
            putsAside
                ? new Producer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>(
                    Broker,
                    Environment,
                    new ProducerOptions(),
                    DeadLetters.Serializer,
                    DeadLetters.Serializer,
                    NullLoggerFactory.Instance)
                : null,
            Environment,
            Metrics,
            Loggers.CreateLogger("handler"));
        _started.Add(consumer);
        return consumer;
    }

    /// <summary>Refuses values that begin with an exclamation mark.</summary>
    public sealed class Picky : IDeserializer<string>
    {
        public string Deserialize(ReadOnlySpan<byte> bytes) => bytes is [(byte)'!', ..]
            ? throw new FormatException("It begins with an exclamation mark.")
            : Encoding.UTF8.GetString(bytes);
    }
}
