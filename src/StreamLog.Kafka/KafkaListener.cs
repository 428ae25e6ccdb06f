using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Extensibility;
using StreamLog.Kafka.Listening;
using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;

namespace StreamLog.Kafka;

/// <summary>Lets Kafka clients in over TCP: whatever they ask, a broker answers.</summary>
/// <remarks>
/// <para>Owned by who started it: a node whose options say so, or whoever has a broker. Thread-safe. It is ready as
/// soon as it has started, and <see cref="Endpoint"/> says where.</para>
/// <para>It is built on plain sockets: they bring no dependency along, and a frame is read from one right into the
/// memory that its record batches stay in, without the copy that a pipe between them would take.</para>
/// </remarks>
public sealed partial class KafkaListener : IAsyncDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    // Who asks for metadata or says that it lives is heard however much others send.
    private const int SmallRequestBytesMax = 64 * 1024;

    private readonly Socket _socket;
    private readonly ListenerParts _parts;
    private readonly ConcurrentDictionary<KafkaConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<Socket, Task> _held = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _sweep;
    private readonly SlowSenders _slowSenders;
    private readonly Task _accepting;
    private readonly Lazy<Task> _stop;

    private KafkaListener(Socket socket, ListenerParts parts, ListenerEndpoint endpoint)
    {
        _socket = socket;
        _parts = parts;
        Endpoint = endpoint;
        TimeSpan patience = parts.Options.IdleTimeout < parts.Options.StallTimeout
            ? parts.Options.IdleTimeout
            : parts.Options.StallTimeout;
        _sweep = parts.Time.CreateTimer(
            static listener => ((KafkaListener)listener!).CloseIdle(), this, patience / 2, patience / 2);
        _slowSenders = new SlowSenders(parts.Gate, CloseSlow, parts.Time);
        _stop = new Lazy<Task>(StopOnceAsync);
        _accepting = Task.Run(AcceptAllAsync);
    }

    /// <summary>Gets where the listener is reached, with the port that the operating system chose where it was asked
    /// to.</summary>
    public ListenerEndpoint Endpoint { get; }

    /// <summary>Gets how many connections are open now.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Starts a listener.</summary>
    /// <param name="broker">Who answers. It stays its owner's, and outlives the listener.</param>
    /// <param name="options">How the listener is set up.</param>
    /// <param name="nodeId">The id of the node that is reached by it.</param>
    /// <param name="registry">Where nodes are reached, and where the listener registers; <see langword="null"/> is a
    /// new one, for a node that stands alone.</param>
    /// <param name="loggers">Where it logs; <see langword="null"/> is nowhere.</param>
    /// <param name="time">The clock of its timeouts; <see langword="null"/> is the system's.</param>
    /// <param name="quota">Who decides on connections, besides the options; <see langword="null"/> is nobody.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The listener, which takes connections.</returns>
    /// <exception cref="ArgumentNullException">The broker or the options are <see langword="null"/>.</exception>
    /// <exception cref="StreamLogException">An option is wrong, the certificate cannot be read, or the port is taken
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static async ValueTask<KafkaListener> StartAsync(
        IBroker broker,
        KafkaListenerOptions options,
        int nodeId = 1,
        ListenerRegistry? registry = null,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null,
        IConnectionQuota? quota = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(options);
        ListenerRules.ThrowIfInvalid(options);
        ILogger logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger("StreamLog.Kafka");
        registry ??= new ListenerRegistry();
        time ??= TimeProvider.System;
        string name = options.Name ?? ListenerRules.ProtocolOf(options);
        ListenerParts parts = new()
        {
            Broker = broker,
            Options = options,
            Name = name,
            NodeId = nodeId,
            Registry = registry,
            Addresses = new ListenerAddresses(registry, name),
            Gate = new ByteGate(options.MaxQueuedBytes, SmallRequestBytesMax),
            Tls = options.Tls is null ? null : TlsHandshake.Create(options.Tls, time, logger),
            Quota = quota,
            Time = time,
            Logger = logger,
        };
        HostAndPort address = HostAndPort.Parse(options.Address, "Address");
        HostAndPort? given = options.AdvertisedAddress is { } text
            ? HostAndPort.Parse(text, "AdvertisedAddress")
            : null;
        Socket socket = Listen(
            await ListenAddress.ResolveAsync(address, cancellationToken).ConfigureAwait(false), options);
        IPEndPoint bound = (IPEndPoint)socket.LocalEndPoint!;
        HostAndPort advertised =
            given ?? new HostAndPort(ListenAddress.IsAny(address) ? "localhost" : address.Host, bound.Port);
        ListenerEndpoint endpoint = new()
        {
            ListenerName = name,
            NodeId = nodeId,
            Host = advertised.Host,
            Port = advertised.Port ?? bound.Port,
            Bound = bound,
        };

        // Registered before the first connection is taken, so that the first client is told it.
        registry.Add(endpoint);
        Log.Started(logger, nodeId, bound, endpoint);
        return new KafkaListener(socket, parts, endpoint);
    }

    /// <summary>Stops: takes no further connections and requests, answers those that were taken, for
    /// <see cref="KafkaListenerOptions.DrainTimeout"/> at most, and closes.</summary>
    /// <returns>A task that completes when no connection is open any more.</returns>
    public async ValueTask DisposeAsync() => await _stop.Value.ConfigureAwait(false);

    /// <summary>Closes all connections at once, and goes on to take new ones: for tests of clients.</summary>
    public void DisconnectAll()
    {
        foreach (KafkaConnection connection in _connections.Keys)
            connection.Close();
    }

    private static Socket Listen(IPEndPoint address, KafkaListenerOptions options)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(address);
            socket.Listen(Math.Min(options.MaxConnections, 1024));
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                exception.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"The address {address} is in use. Choose another port, or 0 to let the system choose."
                    : $"The address {address} cannot be listened on: {exception.Message}",
                exception);
        }
    }

    private async Task AcceptAllAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Serve(await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Out of file descriptors, or a client that has gone again: neither ends the listener.
                Log.AcceptFailed(_parts.Logger, exception);
                await PauseAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask PauseAsync()
    {
        try
        {
            // By the system's clock, as what it waits for is the system.
            await Task.Delay(AcceptPause, TimeProvider.System, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It stops.
        }
    }

    private void Serve(Socket accepted)
    {
        KafkaConnection connection;
        try
        {
            connection = new KafkaConnection(accepted, _parts);
        }
        catch
        {
            accepted.Dispose();
            throw;
        }

        TimeSpan held = _parts.Quota?.Admit(connection.Remote) ?? TimeSpan.Zero;
        if (held > TimeSpan.Zero)
        {
            Log.Held(_parts.Logger, connection.Remote, held);
            Hold(accepted, held);
            return;
        }

        if (_connections.Count >= _parts.Options.MaxConnections || IsCrowded(connection.Remote))
        {
            Log.Refused(_parts.Logger, connection.Remote, _connections.Count);
            accepted.Dispose();
            return;
        }

        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections.TryAdd(connection, ended.Task);
        _ = RunAsync(connection, ended);
    }

    // Closed only later, so that a client that comes again at once does not do so all the time (KIP-612).
    private void Hold(Socket accepted, TimeSpan time)
    {
        if (_connections.Count + _held.Count >= _parts.Options.MaxConnections)
        {
            accepted.Dispose();
            return;
        }

        TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _held.TryAdd(accepted, closed.Task);
        _ = CloseAsync();

        async Task CloseAsync()
        {
            await Task.Delay(time, _parts.Time, _stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            accepted.Dispose();
            _held.TryRemove(accepted, out _);
            closed.SetResult();
        }
    }

    private async Task RunAsync(KafkaConnection connection, TaskCompletionSource ended)
    {
        // Away from the loop that accepts: a TLS handshake computes.
        await Task.Yield();
        await connection.RunAsync().ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
        ended.SetResult();
    }

    private bool IsCrowded(IPAddress remote) =>
        _parts.Options.MaxConnectionsPerIp < _parts.Options.MaxConnections
        && _connections.Keys.Count(connection => connection.Remote.Equals(remote))
            >= _parts.Options.MaxConnectionsPerIp;

    private void CloseIdle()
    {
        foreach (KafkaConnection connection in _connections.Keys)
            connection.CloseIfIdle();
    }

    private void CloseSlow()
    {
        foreach (KafkaConnection connection in _connections.Keys)
            connection.CloseIfSlow(SlowSenders.Grace, SlowSenders.BytesPerSecondMin);
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        _slowSenders.Dispose();
        foreach (KafkaConnection connection in _connections.Keys)
            connection.Drain();

        await Task.WhenAll(_held.Values).ConfigureAwait(false);
        Task ended = Task.WhenAll(_connections.Values);
        try
        {
            // By the system's clock: what is waited for is the network and the disk.
            await ended.WaitAsync(_parts.Options.DrainTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The broker may still work on what they have asked for: it is its owner who stops it.
            Log.Cut(_parts.Logger, _connections.Count);
            DisconnectAll();
        }

        _parts.Registry.Remove(Endpoint);
        Log.Stopped(_parts.Logger, Endpoint);
    }
}
