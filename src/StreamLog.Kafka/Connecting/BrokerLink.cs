using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>One client's way to one broker in one lane: requests go out in the order in which they were sent here, over
/// a connection that is opened when there is something to send, and anew when it was lost.</summary>
/// <remarks>Owned by the client's links. Thread-safe. Whoever sends writes too, until the socket makes it wait; then
/// the thread pool goes on.</remarks>
internal sealed partial class BrokerLink
{
    private readonly BrokerAddress _address;
    private readonly string? _clientId;
    private readonly ClusterParts _parts;
    private readonly Action<SpokenVersions> _onVersions;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Queue<BrokerCall> _queue = new();
    private BrokerCall? _next;
    private BrokerConnection? _connection;
    private bool _isPumping;

    /// <summary>Creates a link, without a connection.</summary>
    /// <param name="address">Whom it leads to.</param>
    /// <param name="clientId">What the client calls itself.</param>
    /// <param name="parts">What all connections share.</param>
    /// <param name="onVersions">Hears what a broker speaks.</param>
    public BrokerLink(
        BrokerAddress address, string? clientId, ClusterParts parts, Action<SpokenVersions> onVersions)
    {
        _address = address;
        _clientId = clientId;
        _parts = parts;
        _onVersions = onVersions;
    }

    /// <summary>Gets whether there is a connection now.</summary>
    public bool IsConnected
    {
        get
        {
            lock (_gate)
                return _connection is { IsOpen: true };
        }
    }

    /// <summary>Sends a request.</summary>
    /// <param name="api">Its API.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Takes it back, or stops the wait.</param>
    /// <returns>The response, or <see langword="null"/> for one that is not answered.</returns>
    /// <exception cref="StreamLogException">There is no response.</exception>
    public Task<object?> SendAsync(ApiDescription api, object request, CancellationToken cancellationToken)
    {
        BrokerCall call = new(api, request, RequestWaits.Of(request)) { QueuedAt = _parts.Time.GetTimestamp() };
        call.CancelBy(cancellationToken);
        lock (_gate)
        {
            _queue.Enqueue(call);
            if (_isPumping)
                return call.Answer;
            _isPumping = true;
        }

        _ = PumpAsync();
        return call.Answer;
    }

    /// <summary>Closes what nobody uses, and what gets no answer.</summary>
    /// <param name="idleTimeout">How long nobody uses it.</param>
    /// <returns><see langword="true"/> where there is no connection any more, and none is being
    /// opened.</returns>
    public bool CheckTimes(TimeSpan idleTimeout)
    {
        FailLate();
        BrokerConnection? connection;
        bool isIdle;
        bool isPumping;
        lock (_gate)
        {
            connection = _connection;
            isPumping = _isPumping;
            isIdle = connection?.CheckTimes(idleTimeout) == true && !isPumping;
            if (isIdle)
                _connection = null;
        }

        if (isIdle)
            connection!.Fail(new IOException("it was not used for long."));

        // Whoever sends may be opening a connection now.
        return !isPumping && (isIdle || connection is not { IsOpen: true });
    }

    /// <summary>Closes the connection, and fails what waits.</summary>
    /// <param name="cause">Why.</param>
    public void Close(Exception cause)
    {
        BrokerConnection? connection;
        lock (_gate)
            connection = _connection;
        connection?.Fail(cause);
        FailQueue(cause);
    }

    // Never throws: each call hears of what happens to it.
    private async Task PumpAsync()
    {
        bool isCallers = true;
        while (Next() is { } call)
        {
            await SendAsync(call).ConfigureAwait(false);

            // The caller's thread sends what it came with, and not what others add meanwhile.
            if (isCallers && HasMore())
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            isCallers = false;
        }
    }

    private bool HasMore()
    {
        lock (_gate)
            return _queue.Count > 0;
    }

    private BrokerCall? Next()
    {
        lock (_gate)
        {
            _isPumping = _queue.TryDequeue(out _next);
            return _next;
        }
    }

    private async ValueTask SendAsync(BrokerCall call)
    {
        try
        {
            BrokerConnection connection = OpenNow() ?? await OpenAsync().ConfigureAwait(false);
            if (connection.MutedFor is { Ticks: > 0 } muted)
                await Task.Delay(muted, _parts.Time, _parts.Closing).ConfigureAwait(false);
            if (connection.AuthenticateAgainAt is { } until && until <= _parts.Time.GetTimestamp())
                await RenewAsync(connection).ConfigureAwait(false);
            await connection.WriteAsync(call).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // What has waited for the same connection would only wait for the same again.
            call.Fail(exception);
            FailQueue(exception);
        }
    }

    private BrokerConnection? OpenNow()
    {
        lock (_gate)
            return _connection is { IsOpen: true } ? _connection : null;
    }

    private async ValueTask<BrokerConnection> OpenAsync()
    {
        BrokerConnection connection;
        try
        {
            _parts.Closing.ThrowIfCancellationRequested();
            connection = await ConnectionOpener.OpenAsync(_address, _clientId, _parts).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_parts.Closing.IsCancellationRequested)
        {
            Log.Unreachable(_parts.Logger, _address, exception.Message);
            throw;
        }

        Log.Connected(_parts.Logger, _address, _clientId);
        _onVersions(connection.Spoken);
        lock (_gate)
            _connection = connection;
        if (_parts.Closing.IsCancellationRequested)
            connection.Fail(new OperationCanceledException(_parts.Closing));
        return connection;
    }

    private async ValueTask RenewAsync(BrokerConnection connection)
    {
        try
        {
            await ConnectionOpener.AuthenticateAsync(connection, _parts, _parts.Closing).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            connection.Fail(exception);
            if (exception is StreamLogException { ErrorCode: ErrorCode.NetworkException, IsOutcomeUnknown: true })
                throw new BrokerUnreachableException(_address, exception);
            throw;
        }
    }

    // What waits for a connection that is being opened, for one that is muted, or for others to be written.
    private void FailLate()
    {
        List<BrokerCall> late = [];
        lock (_gate)
        {
            if (_next is { } next && IsLate(next))
                late.Add(next);
            while (_queue.TryPeek(out BrokerCall? call) && IsLate(call))
                late.Add(_queue.Dequeue());
        }

        foreach (BrokerCall call in late)
        {
            call.FailUnsent(new BrokerUnreachableException(_address, new TimeoutException(
                $"the request has waited for {_parts.Options.RequestTimeout} to be sent.")));
        }

        bool IsLate(BrokerCall call) =>
            _parts.Time.GetElapsedTime(call.QueuedAt) >= _parts.Options.RequestTimeout;
    }

    private void FailQueue(Exception cause)
    {
        BrokerCall[] left;
        lock (_gate)
        {
            left = [.. _queue];
            _queue.Clear();
        }

        foreach (BrokerCall call in left)
            call.Fail(cause);
    }
}
