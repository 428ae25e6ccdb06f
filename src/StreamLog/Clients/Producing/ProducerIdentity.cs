using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>The producer's id, by which logs tell retries from new records. Asked for once, when the first batch is to
/// go.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ProducerIdentity
{
    private readonly ProducerEngine _engine;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly List<PartitionQueue> _waiting = [];
    private long _producerId = -1;
    private short _epoch = -1;
    private bool _isAsking;

    /// <summary>Creates an identity that is not known yet.</summary>
    /// <param name="engine">The producer.</param>
    public ProducerIdentity(ProducerEngine engine) => _engine = engine;

    /// <summary>Returns the id, if it is known.</summary>
    /// <param name="producerId">The id.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryGet(out long producerId, out short epoch)
    {
        lock (_gate)
        {
            producerId = _producerId;
            epoch = _epoch;
            return producerId >= 0;
        }
    }

    /// <summary>Takes the id that the next transaction has. Nothing of the one before waits or is under way.</summary>
    /// <param name="producerId">The id.</param>
    /// <param name="epoch">Its epoch.</param>
    public void Set(long producerId, short epoch)
    {
        lock (_gate)
        {
            _producerId = producerId;
            _epoch = epoch;
        }
    }

    /// <summary>Drops an id that logs no longer take, so that the next one who asks gets a new one.</summary>
    /// <param name="producerId">The id.</param>
    public void Forget(long producerId)
    {
        lock (_gate)
        {
            if (_producerId == producerId)
                _producerId = -1;
        }
    }

    /// <summary>Has the id told to a queue when it is known.</summary>
    /// <param name="queue">The queue.</param>
    public void Ask(PartitionQueue queue)
    {
        lock (_gate)
        {
            _waiting.Add(queue);
            if (_isAsking)
                return;
            _isAsking = true;
        }

        // It is over when the answer is there, at the latest when the producer is closed.
        _ = AskAsync();
    }

    private async Task AskAsync()
    {
        ProduceFailure? failure = null;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await TakeIdAsync().ConfigureAwait(false);
                break;
            }
            catch (StreamLogException exception)
                when (exception.IsRetriable && exception.ErrorCode != ErrorCode.KafkaStorageError)
            {
                _engine.NoteNoIdentity(exception);
            }
            catch (Exception exception)
            {
                ErrorCode code = (exception as StreamLogException)?.ErrorCode ?? ErrorCode.UnknownServerError;
                failure = new ProduceFailure(
                    code, $"The producer got no id, so nothing was appended: {exception.Message}", exception);
                break;
            }

            try
            {
                TimeSpan pause = _engine.RetryPause.Before(attempt);
                await Task.Delay(pause, _engine.Time, _engine.Closed).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                failure = new ProduceFailure(ErrorCode.RequestTimedOut, "The producer was closed before it got an id.");
                break;
            }
        }

        Tell(failure);
    }

    private async Task TakeIdAsync()
    {
        if (TryGet(out _, out _))
            return;

        InitProducerIdRequest request = new() { TransactionalId = null, TransactionTimeoutMs = int.MaxValue };
        InitProducerIdResponse response = await _engine.Session
            .SendAsync(request, _engine.Options.RequestTimeout, _engine.Closed).ConfigureAwait(false);
        if (response.ErrorCode != ErrorCode.None)
            throw ClientErrors.Refused(response.ErrorCode, "The request for a producer id");

        lock (_gate)
        {
            _producerId = response.ProducerId;
            _epoch = response.ProducerEpoch;
        }

        _engine.NoteIdentity(response.ProducerId, response.ProducerEpoch);
    }

    private void Tell(ProduceFailure? failure)
    {
        List<PartitionQueue> told;
        long producerId;
        short epoch;
        lock (_gate)
        {
            told = [.. _waiting];
            _waiting.Clear();
            _isAsking = false;
            producerId = _producerId;
            epoch = _epoch;
        }

        foreach (PartitionQueue queue in told)
        {
            if (failure is null)
                queue.Identify(producerId, epoch);
            else
                queue.GiveUpWaiting(failure);
        }
    }
}
