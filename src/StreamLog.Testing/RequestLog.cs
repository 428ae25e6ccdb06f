using StreamLog.Protocol;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>The requests that a fake Kafka got, for tests to look at and to wait for.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RequestLog
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly int _max;

    // Below here: guarded by _gate.
    private readonly Queue<RecordedRequest> _requests = [];
    private readonly List<Waiter> _waiters = [];
    private long _count;

    internal RequestLog(int max) => _max = max;

    /// <summary>Gets the requests, the oldest first.</summary>
    public IReadOnlyList<RecordedRequest> All
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>Lists the requests of an API.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns>The requests, the oldest first.</returns>
    public IReadOnlyList<RecordedRequest> Of(ApiKey apiKey) =>
        [.. All.Where(request => request.ApiKey == apiKey)];

    /// <summary>Waits until there are requests of an API: those that are recorded count.</summary>
    /// <param name="apiKey">The API.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeout">How long to wait, by the system's clock; <see langword="null"/> is 30 seconds.</param>
    /// <returns>The requests.</returns>
    /// <exception cref="TimeoutException">There are fewer: the exception says what came instead.</exception>
    public Task<IReadOnlyList<RecordedRequest>> WaitForAsync(
        ApiKey apiKey, int count = 1, TimeSpan? timeout = null) =>
        WaitForAsync(request => request.ApiKey == apiKey, count, timeout);

    /// <summary>Waits until there are requests of some kind: those that are recorded count.</summary>
    /// <param name="counts">Tells whether a request counts. It is called under a lock, and must not wait.</param>
    /// <param name="count">How many.</param>
    /// <param name="timeout">How long to wait, by the system's clock; <see langword="null"/> is 30 seconds.</param>
    /// <returns>The requests.</returns>
    /// <exception cref="TimeoutException">There are fewer: the exception says what came instead.</exception>
    public async Task<IReadOnlyList<RecordedRequest>> WaitForAsync(
        Func<RecordedRequest, bool> counts, int count = 1, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        Waiter waiter = new(counts, count);
        lock (_gate)
        {
            foreach (RecordedRequest request in _requests)
                waiter.See(request);
            _waiters.Add(waiter);
        }

        try
        {
            return await waiter.Task.WaitAsync(timeout ?? DefaultTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            string seen = string.Join(
                ", ",
                All.GroupBy(request => request.ApiKey).Select(group => $"{group.Count()} {group.Key}"));
            throw new TimeoutException(
                $"{waiter.Count} of {count} awaited requests came. All that is recorded: {seen}.");
        }
        finally
        {
            lock (_gate)
                _waiters.Remove(waiter);
        }
    }

    /// <summary>Forgets all requests.</summary>
    public void Clear()
    {
        lock (_gate)
            _requests.Clear();
    }

    internal void Add(FaultCall call, DateTimeOffset at)
    {
        if (_max == 0)
            return;

        // Names are looked for before the lock is taken.
        _ = call.Targets;
        lock (_gate)
        {
            RecordedRequest recorded = new(++_count, call, at);
            if (_requests.Count == _max)
                _requests.Dequeue();
            _requests.Enqueue(recorded);
            foreach (Waiter waiter in _waiters)
                waiter.See(recorded);
        }
    }

    private sealed class Waiter(Func<RecordedRequest, bool> counts, int count)
        : TaskCompletionSource<IReadOnlyList<RecordedRequest>>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private readonly List<RecordedRequest> _seen = [];

        public int Count => _seen.Count;

        public void See(RecordedRequest request)
        {
            if (_seen.Count < count && counts(request))
                _seen.Add(request);
            if (_seen.Count >= count)
                TrySetResult([.. _seen]);
        }
    }
}
