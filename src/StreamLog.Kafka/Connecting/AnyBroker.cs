using StreamLog.Protocol;

namespace StreamLog.Kafka.Connecting;

/// <summary>Asks one broker after another what each of them could answer, until one can be reached.</summary>
/// <remarks>Owned by the cluster. Thread-safe.</remarks>
internal sealed class AnyBroker
{
    // Whoever comes that soon after nobody could be reached hears the same, and does not wait in vain once more.
    private static readonly TimeSpan FailureHolds = TimeSpan.FromMilliseconds(250);

    private readonly ClusterView _view;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private StreamLogException? _failure;
    private long _failedAt;

    /// <summary>Creates it.</summary>
    /// <param name="view">What is known of the cluster.</param>
    /// <param name="time">The clock.</param>
    public AnyBroker(ClusterView view, TimeProvider time)
    {
        _view = view;
        _time = time;
    }

    /// <summary>Asks.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Takes it back, or stops the wait.</param>
    /// <returns>The response of the first broker that could be reached.</returns>
    /// <exception cref="StreamLogException">None could, or the one that was has not answered.</exception>
    public async ValueTask<TResponse> AskAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        ThrowIfJustFailed();
        List<BrokerAddress> candidates = _view.Candidates(links.IsConnected);
        StreamLogException? failure = null;
        foreach (BrokerAddress address in candidates)
        {
            try
            {
                return await LinkPool.SendAsync(request, links.Find(address, Lane.General), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (BrokerUnreachableException exception)
            {
                _view.Doubt(address);
                failure = exception;
            }
        }

        failure = new StreamLogException(
            ErrorCode.NetworkException,
            candidates.Count == 1
                ? failure!.Message
                : $"None of {string.Join(", ", candidates)} can be reached. The last one: {failure!.Message}",
            failure);
        lock (_gate)
            (_failure, _failedAt) = (failure, _time.GetTimestamp());
        throw failure;
    }

    private void ThrowIfJustFailed()
    {
        lock (_gate)
        {
            if (_failure is { } last && _time.GetElapsedTime(_failedAt) < FailureHolds)
                throw new StreamLogException(last.ErrorCode, last.Message, last);
            _failure = null;
        }
    }
}
