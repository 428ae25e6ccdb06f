using StreamLog.Extensibility;

namespace StreamLog.Testing;

public sealed partial class FakeKafka
{
    private readonly ListenerRegistry _registry = new();

    // Changed in turn with the brokers.
    private readonly Dictionary<FakeBroker, FakeListener> _listeners = [];

    /// <summary>Gets where clients find the brokers: what they call <c>bootstrap.servers</c>.</summary>
    /// <exception cref="InvalidOperationException">The fake was started without sockets.</exception>
    public string BootstrapServers => _options.Listens
        ? string.Join(',', _brokers.Select(broker => broker.Address))
        : throw new InvalidOperationException(
            "This fake Kafka was started without sockets: FakeKafkaOptions.Listens is false.");

    private async Task ListenAsync()
    {
        if (!_options.Listens)
            return;

        foreach (FakeBroker gone in _listeners.Keys.Except(_brokers).ToArray())
        {
            await _listeners[gone].DisposeAsync().ConfigureAwait(false);
            _listeners.Remove(gone);
        }

        foreach (FakeBroker broker in _brokers)
        {
            if (!_listeners.TryGetValue(broker, out FakeListener? listener))
                _listeners.Add(broker, listener = new FakeListener(broker, _options, _registry, PortOf(broker)));
            if (broker.IsUp)
                await listener.StartAsync().ConfigureAwait(false);
            else
                await listener.StopAsync(staysKnown: broker.IsCutOff).ConfigureAwait(false);
            broker.Endpoint = listener.Endpoint;
        }
    }

    private int PortOf(FakeBroker broker) =>
        broker.NodeId - FirstId < Math.Min(_options.BrokerCount, _options.Ports.Count)
            ? _options.Ports[broker.NodeId - FirstId]
            : 0;

    private async Task StopListeningAsync()
    {
        foreach (FakeListener listener in _listeners.Values)
            await listener.DisposeAsync().ConfigureAwait(false);
        _listeners.Clear();
    }
}
