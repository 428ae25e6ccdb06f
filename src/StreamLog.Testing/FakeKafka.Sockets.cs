using StreamLog.Extensibility;

namespace StreamLog.Testing;

public sealed partial class FakeKafka
{
    private readonly ListenerRegistry _registry = new();

    // Changed in turn with the brokers.
    private readonly Dictionary<FakeBroker, FakeListener> _listeners = [];

    // Those of brokers of the start that were taken out: their ports are kept for when there are such brokers again.
    private readonly Dictionary<int, FakeListener> _kept = [];

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
            _listeners.Remove(gone, out FakeListener? listener);
            if (IsOfTheStart(gone))
                await KeepAsync(gone.NodeId, listener!).ConfigureAwait(false);
            else
                await listener!.DisposeAsync().ConfigureAwait(false);
        }

        foreach (FakeBroker broker in _brokers)
        {
            if (!_listeners.TryGetValue(broker, out FakeListener? listener))
            {
                int port = await PortOfAsync(broker).ConfigureAwait(false);
                _listeners.Add(broker, listener = new FakeListener(broker, _options, _registry, port));
            }

            if (broker.IsUp)
                await listener.StartAsync().ConfigureAwait(false);
            else
                await listener.StopAsync(staysKnown: broker.IsCutOff).ConfigureAwait(false);
            broker.Endpoint = listener.Endpoint;
        }
    }

    private bool IsOfTheStart(FakeBroker broker) => broker.NodeId - FirstId < _options.BrokerCount;

    private Task KeepAsync(int brokerId, FakeListener listener)
    {
        _kept.Add(brokerId, listener);
        return listener.StopAsync(staysKnown: false);
    }

    private async Task<int> PortOfAsync(FakeBroker broker)
    {
        if (_kept.Remove(broker.NodeId, out FakeListener? before))
        {
            await before.DisposeAsync().ConfigureAwait(false);
            return before.Port;
        }

        int index = broker.NodeId - FirstId;
        return index < Math.Min(_options.BrokerCount, _options.Ports.Count) ? _options.Ports[index] : 0;
    }

    private async Task StopListeningAsync()
    {
        foreach (FakeListener listener in _listeners.Values.Concat(_kept.Values))
            await listener.DisposeAsync().ConfigureAwait(false);
        _listeners.Clear();
        _kept.Clear();
    }
}
