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
    private readonly Dictionary<BrokerAddress, int> _unanswered = [];
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
    /// <exception cref="OperationCanceledException">It was taken back, or nobody has answered until then: whom it has
    /// waited for is in the message.</exception>
    public async ValueTask<TResponse> AskAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        ThrowIfJustFailed();
        HashSet<BrokerAddress> unanswered = Unanswered();

        // Who has no connection yet begins with a broker that owes nobody an answer: it may be one that gives none.
        List<BrokerAddress> candidates = _view.Candidates(
            address => links.IsConnected(address) ? 0 : unanswered.Contains(address) ? 2 : 1);
        StreamLogException? failure = null;
        foreach (BrokerAddress address in candidates)
        {
            Count(address, 1);
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
            catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
            {
                string before = failure is null ? "" : $"{failure.Message} ";
                throw new OperationCanceledException(
                    $"{before}The broker {address} has not answered yet.", exception, cancellationToken);
            }
            finally
            {
                Count(address, -1);
            }
        }

        failure = new BrokerUnreachableException(
            candidates.Count == 1
                ? failure!.Message
                : $"None of {string.Join(", ", candidates)} can be reached. The last one: {failure!.Message}",
            failure);
        lock (_gate)
            (_failure, _failedAt) = (failure, _time.GetTimestamp());
        throw failure;
    }

    private HashSet<BrokerAddress> Unanswered()
    {
        lock (_gate)
            return [.. _unanswered.Keys];
    }

    private void Count(BrokerAddress address, int change)
    {
        lock (_gate)
        {
            int count = _unanswered.GetValueOrDefault(address) + change;
            if (count > 0)
                _unanswered[address] = count;
            else
                _unanswered.Remove(address);
        }
    }

    private void ThrowIfJustFailed()
    {
        lock (_gate)
        {
            if (_failure is { } last && _time.GetElapsedTime(_failedAt) < FailureHolds)
                throw new BrokerUnreachableException(last.Message, last);
            _failure = null;
        }
    }
}
