using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using StreamLog.Kafka.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Connecting;

/// <summary>One connection to one broker: responses come in the order in which requests were written.</summary>
/// <remarks>
/// Owned by a link, which writes one request at a time; otherwise thread-safe. It reads on the thread pool until it
/// ends. Then all that wait for a response are told that their outcome is unknown, and it is used no more.
/// </remarks>
internal sealed class BrokerConnection
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly string? _clientId;
    private readonly BrokerAddress _address;
    private readonly TimeSpan _requestTimeout;
    private readonly TimeProvider _time;
    private readonly Action<BrokerAddress> _lost;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Queue<Expected> _expected = new();
    private Exception? _failure;
    private long _movedAt;
    private long _mutedUntil;
    private Expected? _writing;
    private int _correlationId;

    /// <summary>Creates a connection, and begins to read.</summary>
    /// <param name="socket">What to close.</param>
    /// <param name="stream">What to read and write.</param>
    /// <param name="address">Whom it leads to.</param>
    /// <param name="clientId">What the client calls itself.</param>
    /// <param name="parts">What all connections share.</param>
    public BrokerConnection(
        Socket socket, Stream stream, BrokerAddress address, string? clientId, ClusterParts parts)
    {
        _socket = socket;
        _stream = stream;
        _address = address;
        _clientId = clientId;
        _time = parts.Time;
        _lost = parts.Lost;
        _requestTimeout = parts.Options.RequestTimeout;
        _movedAt = _time.GetTimestamp();
        Reading = ReadAllAsync();
    }

    /// <summary>Gets what the broker speaks. Set before anybody but the one who opens the connection uses it.</summary>
    public SpokenVersions Spoken { get; set; } = new(new ApiVersionsResponse());

    /// <summary>Gets or sets when the client has to authenticate anew, on the clock's timestamps, or
    /// <see langword="null"/>. The link alone uses it.</summary>
    public long? AuthenticateAgainAt { get; set; }

    /// <summary>Gets the end of the reading.</summary>
    public Task Reading { get; }

    /// <summary>Gets whether requests can still be written.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
                return _failure is null;
        }
    }

    /// <summary>Gets for how long the broker wants to be left alone (KIP-219).</summary>
    public TimeSpan MutedFor
    {
        get
        {
            lock (_gate)
            {
                long now = _time.GetTimestamp();
                return _mutedUntil > now ? _time.GetElapsedTime(now, _mutedUntil) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Writes a request, whose response completes its call.</summary>
    /// <param name="call">The call. It is failed where the request cannot be written.</param>
    /// <param name="version">The version to write it in, or <see langword="null"/> for the best one.</param>
    /// <returns>A task that completes when it is written; it never fails.</returns>
    public async ValueTask WriteAsync(BrokerCall call, short? version = null)
    {
        RecordBuffer frame;
        Expected expected;
        if (!call.TryBegin())
            return;

        try
        {
            (frame, expected) = Encode(call, version);
        }
        catch (Exception exception)
        {
            call.Fail(exception);
            return;
        }

        call.End();
        using (frame)
        {
            if (!TryBeginWriting(expected, out Exception? failure))
            {
                call.Fail(new BrokerUnreachableException(_address, failure));
                return;
            }

            try
            {
                await _stream.WriteAsync(frame.Memory, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                call.Fail(Unknown(FailedBy(exception)));
                return;
            }
        }

        lock (_gate)
        {
            _writing = null;
            if (!call.IsUnanswered)
                return;
            _movedAt = _time.GetTimestamp();
        }

        call.Complete(null);
    }

    /// <summary>Makes a call of the connection's own.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="version">The version to write it in, or <see langword="null"/> for the best one.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    public async ValueTask<TResponse> ExchangeAsync<TResponse>(
        IRequest<TResponse> request, short? version, CancellationToken cancellationToken)
        where TResponse : class
    {
        Apis.TryGet(request.ApiKey, out ApiDescription? api);
        BrokerCall call = new(api!, request, TimeSpan.Zero);
        call.CancelBy(cancellationToken);
        await WriteAsync(call, version).ConfigureAwait(false);
        return (TResponse)(await call.Answer.ConfigureAwait(false))!;
    }

    /// <summary>Closes the connection. Whoever waits for a response is told that the outcome is unknown.</summary>
    /// <param name="cause">Why.</param>
    public void Fail(Exception cause) => TryFail(cause);

    /// <summary>Looks whether the broker takes too long, or nobody has used the connection for long.</summary>
    /// <param name="idleTimeout">How long that is.</param>
    /// <returns><see langword="true"/> if it is idle.</returns>
    public bool CheckTimes(TimeSpan idleTimeout)
    {
        string missing;
        lock (_gate)
        {
            if (_failure is not null)
                return false;
            if (_expected.TryPeek(out Expected oldest) && IsLate(oldest.WrittenAt, oldest.Call.Wait))
                missing = "answered";
            else if (_writing is { } writing && IsLate(writing.WrittenAt, writing.Call.Wait))
                missing = "taken a request";
            else
                return _expected.Count == 0 && _writing is null && _time.GetElapsedTime(_movedAt) >= idleTimeout;
        }

        Fail(new TimeoutException($"the broker has not {missing} within {_requestTimeout}."));
        return false;
    }

    private (RecordBuffer Frame, Expected Expected) Encode(BrokerCall call, short? wanted)
    {
        short version = wanted ?? RequestVersions.Choose(call.Api, call.Request, Spoken);
        object request = OlderForms.Fit(call.Request, version);
        WireWriter writer = FrameWriter.Begin(request);
        try
        {
            int correlationId;
            lock (_gate)
                correlationId = _correlationId++;
            new RequestHeader(call.Api.Versions.ApiKey, version, correlationId, _clientId).Write(ref writer);
            call.Api.WriteRequest(request, ref writer, version);
            RecordBuffer frame = FrameWriter.Finish(ref writer);
            return (frame, new Expected(call, version, correlationId, _time.GetTimestamp()));
        }
        finally
        {
            writer.Dispose();
        }
    }

    private async Task ReadAllAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        FrameReader reader = new(_stream);
        try
        {
            while (true)
            {
                RecordBuffer? frame =
                    await reader.ReadAsync(WireLimits.BytesMax, CancellationToken.None).ConfigureAwait(false);
                if (frame is null)
                    throw new EndOfStreamException("the broker closed the connection.");
                using (frame)
                    Take(frame);
            }
        }
        catch (Exception exception)
        {
            // Not our doing. So a broker tells of requests that it answers in no other way.
            if (TryFail(exception))
                _lost(_address);
        }
    }

    private void Take(RecordBuffer frame)
    {
        if (frame.Length < sizeof(int))
            throw new InvalidDataException($"a response of {frame.Length} bytes is none.");

        int correlationId = BinaryPrimitives.ReadInt32BigEndian(frame.Span);
        Expected expected;
        lock (_gate)
        {
            if (!_expected.TryPeek(out expected) || expected.CorrelationId != correlationId)
                throw new InvalidDataException($"a response with the number {correlationId} answers no request.");
            _expected.Dequeue();
            _movedAt = _time.GetTimestamp();

            // What is answered was taken, whether or not its writer knows.
            if (_writing is { } writing && writing.CorrelationId == correlationId)
                _writing = null;
        }

        object response;
        try
        {
            response = Decode(frame, expected);
        }
        catch (Exception exception)
        {
            expected.Call.Fail(Unknown(exception));
            throw;
        }

        if (response is IThrottledResponse { ThrottleTimeMs: > 0 and int throttled })
        {
            lock (_gate)
            {
                // Answers to requests of different quotas come with times of their own: the longest holds.
                long until = _time.GetTimestamp() + (throttled * _time.TimestampFrequency / 1000);
                _mutedUntil = Math.Max(_mutedUntil, until);
            }
        }

        expected.Call.Complete(OlderForms.Widen(expected.Call.Request, response, expected.Version));
    }

    private static object Decode(RecordBuffer frame, Expected expected)
    {
        ApiDescription api = expected.Call.Api;
        if (expected.Call.Request is ApiVersionsRequest && IsUnsupportedVersion(frame))
            return DecodeVersions(api, frame);
        return Decode(api, frame, expected.Version);
    }

    private static object Decode(ApiDescription api, RecordBuffer frame, short version)
    {
        WireReader reader = new(frame, ErrorCode.CorruptMessage);
        ResponseHeader.Read(ref reader, api.ResponseHeaderVersion(version));
        return api.ReadResponse(ref reader, version);
    }

    // A broker that does not know the version of ApiVersions answers in the oldest one, with those that it does know
    // (KIP-511), or with something else, as librdkafka's mock does.
    private static object DecodeVersions(ApiDescription api, RecordBuffer frame)
    {
        try
        {
            return Decode(api, frame, version: 0);
        }
        catch (StreamLogException)
        {
            return new ApiVersionsResponse { ErrorCode = ErrorCode.UnsupportedVersion };
        }
    }

    private static bool IsUnsupportedVersion(RecordBuffer frame) =>
        frame.Length >= sizeof(int) + sizeof(short)
        && BinaryPrimitives.ReadInt16BigEndian(frame.Span[sizeof(int)..]) == (short)ErrorCode.UnsupportedVersion;

    private bool TryFail(Exception cause)
    {
        Expected[] left;
        lock (_gate)
        {
            if (_failure is not null)
                return false;
            _failure = cause;
            left = [.. _expected];
            _expected.Clear();
        }

        _stream.Dispose();
        _socket.Dispose();
        foreach (Expected expected in left)
            expected.Call.Fail(Unknown(cause));
        return true;
    }

    // From here on the outcome is unknown where the connection is lost. A request that is not answered is late as long
    // as the broker does not take it, too.
    private bool TryBeginWriting(Expected expected, [NotNullWhen(false)] out Exception? failure)
    {
        lock (_gate)
        {
            failure = _failure;
            if (failure is not null)
                return false;
            if (!expected.Call.IsUnanswered)
                _expected.Enqueue(expected);
            _writing = expected;
            return true;
        }
    }

    // What has failed the connection first is why a write has failed.
    private Exception FailedBy(Exception exception)
    {
        Fail(exception);
        lock (_gate)
            return _failure!;
    }

    private bool IsLate(long since, TimeSpan wait) => _time.GetElapsedTime(since) - wait >= _requestTimeout;

    private StreamLogException Unknown(Exception cause) => new(
        ErrorCode.NetworkException,
        $"The connection to {_address} was lost before the answer came: {cause.Message} Whether the broker has done "
        + "what was asked for is unknown.",
        cause);

    private readonly record struct Expected(BrokerCall Call, short Version, int CorrelationId, long WrittenAt);
}
