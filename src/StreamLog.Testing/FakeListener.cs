using System.Net;
using System.Net.Sockets;
using StreamLog.Extensibility;
using StreamLog.Kafka;

namespace StreamLog.Testing;

/// <summary>The socket of one broker of a fake Kafka. It keeps its port while the broker is down.</summary>
/// <remarks>Not thread-safe: the fake changes its brokers one after another.</remarks>
/// <param name="broker">The broker.</param>
/// <param name="options">How the fake is set up.</param>
/// <param name="registry">Where the brokers find one another's addresses.</param>
/// <param name="port">The port to begin with, or 0 for one of the system's choice.</param>
internal sealed class FakeListener(
    FakeBroker broker, FakeKafkaOptions options, ListenerRegistry registry, int port) : IAsyncDisposable
{
    private KafkaListener? _running;
    private Socket? _held;
    private int _port = port;

    /// <summary>Gets where the broker is reached, or was before it went down.</summary>
    public ListenerEndpoint? Endpoint { get; private set; }

    /// <summary>Gets the port, or 0 where there was none yet.</summary>
    public int Port => _port;

    /// <summary>Takes connections, at the same port as before.</summary>
    /// <returns>A task that completes when clients can connect.</returns>
    public async Task StartAsync()
    {
        if (_running is not null)
            return;

        KafkaListenerOptions listening = new() { DrainTimeout = TimeSpan.FromSeconds(1) };
        options.Listener?.Invoke(listening);
        listening.Address = $"127.0.0.1:{_port}";
        Release();
        _running = await KafkaListener
            .StartAsync(broker, listening, broker.NodeId, registry, options.Loggers, TimeProvider.System)
            .ConfigureAwait(false);
        Endpoint = _running.Endpoint;
        _port = ((IPEndPoint)Endpoint.Bound!).Port;
    }

    /// <summary>Closes all connections, and refuses new ones.</summary>
    /// <param name="staysKnown">Whether clients of the other brokers are told its address all the same.</param>
    /// <returns>A task that completes when none is open.</returns>
    public async Task StopAsync(bool staysKnown)
    {
        if (_running is not null)
        {
            _running.DisconnectAll();
            await _running.DisposeAsync().ConfigureAwait(false);
            _running = null;
            Hold();
        }

        if (Endpoint is not null && staysKnown)
            registry.Add(Endpoint);
        else if (Endpoint is not null)
            registry.Remove(Endpoint);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(staysKnown: false).ConfigureAwait(false);
        Release();
    }

    // Bound and not listening: connections are refused, and nobody else gets the port.
    private void Hold()
    {
        Socket held = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            held.Bind(new IPEndPoint(IPAddress.Loopback, _port));
            _held = held;
        }
        catch (SocketException)
        {
            // The system does not give it back so soon. It is asked for again when the broker is up.
            held.Dispose();
        }
    }

    private void Release()
    {
        _held?.Dispose();
        _held = null;
    }
}
