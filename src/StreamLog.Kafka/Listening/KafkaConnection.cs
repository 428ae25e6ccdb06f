using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Listening;

/// <summary>One connection of a client: takes requests, has the broker answer them, and sends the responses in their
/// order.</summary>
/// <remarks>
/// <para>Owned by the listener. A loop receives and begins requests, another one sends responses. As in Kafka a request
/// is begun when the response to the one before it is out, so that a client finds done what it has asked for; only
/// produce requests follow one another at once, since the broker applies them in the order of their beginnings. So a
/// connection holds few requests, one response that is being sent, and, while a client reads slowly, nothing of the
/// log.</para>
/// <para>The receiving goes on while a request waits, and notices when the client is gone.</para>
/// </remarks>
#pragma warning disable CA1001 // Sources without timers hold nothing, and may be cancelled when all is over.
internal sealed partial class KafkaConnection
#pragma warning restore CA1001
{
    // Kafka's sasl.server.max.receive.size: nobody whose name is not known gets to allocate more.
    private const int UnauthenticatedBytesMax = 512 * 1024;

    private readonly Socket _socket;
    private readonly ListenerParts _parts;
    private readonly ConnectionActivity _activity;
    private readonly Channel<PendingResponse> _outgoing;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _polling = new();
    private readonly string _clientHost;

    // The receiver's own.
    private SupportedVersions? _supported;
    private RequestContext _context = null!;
    private PendingResponse? _last;

    // Written by whoever sends, read by the receiver: when the client may send again, as a timestamp of the clock.
    private long _mutedUntil;
    private Stream _stream = Stream.Null;
    private int _pending;

    /// <summary>Creates a connection.</summary>
    /// <param name="socket">The accepted socket, which the connection owns from now on.</param>
    /// <param name="parts">What connections share.</param>
    public KafkaConnection(Socket socket, ListenerParts parts)
    {
        _socket = socket;
        _parts = parts;
        _activity = new ConnectionActivity(parts.Time);
        _outgoing = Channel.CreateBounded<PendingResponse>(
            new BoundedChannelOptions(parts.Options.MaxInFlightRequests) { SingleReader = true, SingleWriter = true });
        Remote = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        _clientHost = $"/{(Remote.IsIPv4MappedToIPv6 ? Remote.MapToIPv4() : Remote)}";
    }

    /// <summary>Gets the client's address.</summary>
    public IPAddress Remote { get; }

    /// <summary>Serves the client until it has gone, or until the connection is closed. Never throws.</summary>
    /// <returns>A task that completes when nothing of the connection is under way any more.</returns>
    public async Task RunAsync()
    {
        try
        {
            _socket.NoDelay = true;
            await OpenAsync().ConfigureAwait(false);
            Task sending = SendAllAsync();
            try
            {
                await ReceiveAllAsync().ConfigureAwait(false);
            }
            finally
            {
                // Who has gone waits for no records; what else it has asked for is done, and answered if it still
                // reads.
                await _polling.CancelAsync().ConfigureAwait(false);
                _outgoing.Writer.Complete();
                await sending.ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (IsOrdinaryEnd(exception))
        {
            Log.Ended(_parts.Logger, _clientHost, exception.Message);
        }
        catch (Exception exception)
        {
            Log.Failed(_parts.Logger, exception, _clientHost);
        }
        finally
        {
            await _closing.CancelAsync().ConfigureAwait(false);
            await _stream.DisposeAsync().ConfigureAwait(false);
            _socket.Dispose();
        }
    }

    /// <summary>Takes no further requests, and ends once those that were taken are answered. Long polls are
    /// cut.</summary>
    public void Drain()
    {
        try
        {
            _polling.Cancel();
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    /// <summary>Ends at once.</summary>
    public void Close()
    {
        _polling.Cancel();
        _closing.Cancel();

        // Whatever the broker still works on, the client sees it now.
        _socket.Dispose();
    }

    /// <summary>Ends if nothing has moved for too long.</summary>
    public void CloseIfIdle()
    {
        TimeSpan idle = _activity.Idle;
        KafkaListenerOptions options = _parts.Options;
        if (!(_activity.IsWithinFrame && idle > options.StallTimeout)
            && !((_activity.IsSending || Volatile.Read(ref _pending) == 0) && idle > options.IdleTimeout))
        {
            return;
        }

        Log.Idle(_parts.Logger, _clientHost, idle.TotalSeconds);
        Close();
    }

    /// <summary>Ends if a request comes slowly: others wait for the memory that is held for it.</summary>
    /// <param name="grace">How long it may take whatever its size.</param>
    /// <param name="bytesPerSecond">How fast it has to come beyond that.</param>
    public void CloseIfSlow(TimeSpan grace, long bytesPerSecond)
    {
        if (!_activity.IsSlow(grace, bytesPerSecond))
            return;
        Log.Slow(_parts.Logger, _clientHost);
        Close();
    }

    private static bool IsOrdinaryEnd(Exception exception) => exception
        is IOException or SocketException or InvalidDataException or OperationCanceledException
        or ObjectDisposedException or AuthenticationException or StreamLogException or ChannelClosedException;

    private async ValueTask OpenAsync()
    {
        NetworkStream plain = new(_socket, ownsSocket: false);
        _stream = plain;
        string principal = RequestContext.AnonymousPrincipal;
        if (_parts.Tls is { } tls)
        {
            _activity.BeginFrame();
            (_stream, X509Certificate? client) =
                await tls.OpenAsync(plain, _closing.Token).ConfigureAwait(false);
            _activity.EndFrame();
            if (client is not null)
                principal = $"User:{CertificateSubject.NameOf(client)}";
        }

        _context = new RequestContext
        {
            Principal = principal,
            ListenerName = _parts.Name,
            ClientHost = _clientHost,
            Session = new RequestSession
            {
                SaslMechanisms = [.. _parts.Options.SaslMechanisms],
                AuthenticationLifetime = _parts.Options.AuthenticationLifetime,
                Ended = _closing.Token,
            },
        };
    }

    private async Task ReceiveAllAsync()
    {
        FrameReader frames = new(_stream, _parts.Gate, _activity);
        while (true)
        {
            await WaitWhileMutedAsync().ConfigureAwait(false);
            int maxBytes = _context.Session.IsAuthenticated
                ? _parts.Options.MaxRequestBytes
                : Math.Min(UnauthenticatedBytesMax, _parts.Options.MaxRequestBytes);
            RecordBuffer? frame = await frames.ReadAsync(maxBytes, _closing.Token).ConfigureAwait(false);
            if (frame is null)
                return;
            if (_polling.IsCancellationRequested)
            {
                // It had arrived, but not been taken, when the listener began to stop.
                _parts.Gate.Leave(frame.Length);
                frame.Dispose();
                return;
            }

            int held = frame.Length;
            bool isTaken = false;
            try
            {
                isTaken = await TakeAsync(frame).ConfigureAwait(false);
            }
            finally
            {
                // A produce request holds slices of the frame, and gives its bytes back once it is answered.
                frame.Dispose();
                if (!isTaken)
                    _parts.Gate.Leave(held);
            }
        }
    }

    // Returns whether the frame's bytes are held on until its request is answered.
    private async ValueTask<bool> TakeAsync(RecordBuffer frame)
    {
        // What a frame is may depend on the request before it, as long as the client authenticates.
        if (!_context.Session.IsAuthenticated)
            await WaitUntilSentAsync().ConfigureAwait(false);
        if (_context.Session.TakesRawTokens)
        {
            await BeginRawAsync(frame).ConfigureAwait(false);
            return false;
        }

        _supported = SupportedVersions.Of(_parts.Broker, _supported);
        DecodedRequest request = DecodedRequest.Read(frame, _supported);
        int held = request.IsProduce ? frame.Length : 0;
        bool isBegun = false;
        try
        {
            if (!(request.IsProduce && _last is { Request.IsProduce: true }))
                await WaitUntilSentAsync().ConfigureAwait(false);

            // The request before it may have said so only after this one was read.
            await WaitWhileMutedAsync().ConfigureAwait(false);
            Admit(request.Header);
            if (_parts.Options.Wire is { } wire && !await PassesAsync(wire, request, frame).ConfigureAwait(false))
                return false;

            isBegun = true;
            await BeginAsync(request, held, isRaw: false).ConfigureAwait(false);
            return held > 0;
        }
        finally
        {
            if (!isBegun)
                (request.Message as IDisposable)?.Dispose();
        }
    }

    // After version 0 of SaslHandshake the messages of a mechanism come without Kafka's header.
    private async ValueTask BeginRawAsync(RecordBuffer frame)
    {
        Apis.TryGet(ApiKey.SaslAuthenticate, out ApiDescription? api);
        DecodedRequest token = new(
            new RequestHeader(ApiKey.SaslAuthenticate, 0, 0, _context.ClientId),
            api!,
            new SaslAuthenticateRequest { AuthBytes = frame.Span.ToArray() });
        await BeginAsync(token, heldBytes: 0, isRaw: true).ConfigureAwait(false);
    }

    private async ValueTask BeginAsync(DecodedRequest request, int heldBytes, bool isRaw)
    {
        CancellationToken cancellationToken = request.IsLongPoll ? _polling.Token : CancellationToken.None;
        ValueTask<object> answer = request.Answer is { } known
            ? new ValueTask<object>(known)
            : Ask(request, cancellationToken);
        PendingResponse pending = new(request, _context, answer) { HeldBytes = heldBytes, IsRaw = isRaw };
        bool isFirst = _last is null || _last.Sent.IsCompleted;
        _last = pending;
        Interlocked.Increment(ref _pending);

        // What is answered already, and follows nothing, goes out from here: the sender has nothing to do.
        if (isFirst && answer.IsCompleted)
            await SendAsync(pending).ConfigureAwait(false);
        else
            await _outgoing.Writer.WriteAsync(pending, CancellationToken.None).ConfigureAwait(false);
    }

    // A broker that throws at once is one that has failed, as any other.
    private ValueTask<object> Ask(DecodedRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return request.Api.SendAsync(_parts.Broker, request.Message, _context, cancellationToken);
        }
        catch (Exception exception)
        {
            return ValueTask.FromException<object>(exception);
        }
    }

    private async ValueTask WaitUntilSentAsync()
    {
        if (_last is { Sent: { IsCompleted: false } sent })
            await sent.WaitAsync(_closing.Token).ConfigureAwait(false);
        _closing.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Holds a request against what the session allows, and takes the client's name from it.</summary>
    private void Admit(RequestHeader header)
    {
        RequestSession session = _context.Session;
        bool isOpenToAll = header.ApiKey is ApiKey.ApiVersions or ApiKey.SaslHandshake or ApiKey.SaslAuthenticate;
        if (!session.IsAuthenticated && !isOpenToAll)
        {
            throw new StreamLogException(
                ErrorCode.IllegalSaslState,
                $"{header.ApiKey} was sent before the client had authenticated; this listener offers " +
                $"{string.Join(", ", session.SaslMechanisms)}.");
        }

        if (session.ExpiresAt <= _parts.Time.GetUtcNow() && !isOpenToAll)
        {
            throw new StreamLogException(
                ErrorCode.SaslAuthenticationFailed,
                "The authentication has expired. Authenticate anew before it does.");
        }

        if (header.ClientId == _context.ClientId)
            return;
        _context = new RequestContext
        {
            Principal = _context.Principal,
            ListenerName = _context.ListenerName,
            ClientHost = _context.ClientHost,
            Session = session,
            ClientId = header.ClientId,
        };
    }

    // The clock's own time is what a client is held back by: it counts on it too.
    private async ValueTask WaitWhileMutedAsync()
    {
        while (Volatile.Read(ref _mutedUntil) is > 0 and long until)
        {
            TimeSpan left = _parts.Time.GetElapsedTime(_parts.Time.GetTimestamp(), until);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, _parts.Time, _polling.Token).ConfigureAwait(false);

            // A response that went out meanwhile may have said longer.
            Interlocked.CompareExchange(ref _mutedUntil, 0, until);
        }
    }

    // Called for one response after another.
    private void Mute(int milliseconds)
    {
        long until = _parts.Time.GetTimestamp() + (long)(milliseconds / 1000.0 * _parts.Time.TimestampFrequency);
        if (until > Volatile.Read(ref _mutedUntil))
            Volatile.Write(ref _mutedUntil, until);
    }
}
