using Microsoft.Extensions.Logging;
using StreamLog.Coordinators;

namespace StreamLog.Transactions;

/// <summary>Writes the marks that end transactions, into all partitions of each, and tries again what
/// fails.</summary>
/// <remarks>
/// What is to be written stands in the state of the transactional id, so a node that stops in between goes on when it
/// starts. A mark that was written already may be written again. Owned by the coordinator; thread-safe.
/// </remarks>
/// <param name="write">Writes one mark, and tells once it is committed what came of it.</param>
/// <param name="settings">How soon to try again.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where to log.</param>
internal sealed partial class TransactionMarks(
    Func<TopicPartition, TransactionMark, CancellationToken, Task<ErrorCode>> write,
    TransactionSettings settings,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly HashSet<Task> _underWay = [];
    private readonly Dictionary<string, Task> _latest = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Begins to write the marks of a transaction.</summary>
    /// <param name="owner">Where its state is kept.</param>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="ended">Its state, which says how it ends.</param>
    public void Begin(TransactionsPartition owner, string transactionalId, TransactionState ended)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;

            Task run = RunAsync(owner, transactionalId, ended);
            _underWay.Add(run);
            _latest[transactionalId] = run;
            _ = RemoveAsync(run, transactionalId);
        }
    }

    /// <summary>Waits until the marks of an id's transaction are written and that is noted.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="longest">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Whether they were just being written, and are not any more.</returns>
    public async ValueTask<bool> WaitAsync(
        string transactionalId, TimeSpan longest, CancellationToken cancellationToken)
    {
        Task? run;
        lock (_gate)
            _latest.TryGetValue(transactionalId, out run);
        if (run is null)
            return false;
        try
        {
            await run.WaitAsync(longest, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits until no marks are being written.</summary>
    /// <returns>A task that completes then.</returns>
    public Task WaitIdleAsync()
    {
        lock (_gate)
            return Task.WhenAll(_underWay);
    }

    /// <summary>Stops. What is not written is written after the next start.</summary>
    /// <returns>A task that completes when nothing is under way any more.</returns>
    public async Task CloseAsync()
    {
        lock (_gate)
            _isClosed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await WaitIdleAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task RemoveAsync(Task run, string transactionalId)
    {
        await run.ConfigureAwait(false);
        lock (_gate)
        {
            _underWay.Remove(run);
            if (_latest.GetValueOrDefault(transactionalId) == run)
                _latest.Remove(transactionalId);
        }
    }

    private async Task RunAsync(TransactionsPartition owner, string transactionalId, TransactionState ended)
    {
        // Off the thread of whoever has decided it, which may be a flush's.
        await Task.Yield();
        try
        {
            await WriteAllAsync(owner, transactionalId, ended).ConfigureAwait(false);
            while (!owner.IsLost
                && await owner.CompleteAsync(transactionalId, ended).ConfigureAwait(false) != ErrorCode.None)
            {
                await Task.Delay(settings.MarkRetry, time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The next start goes on with it.
        }
        catch (Exception exception)
        {
            Log.Failed(logger, exception, transactionalId);
        }
    }

    private async Task WriteAllAsync(TransactionsPartition owner, string transactionalId, TransactionState ended)
    {
        TransactionMark mark = new(
            ended.ProducerId,
            ended.ProducerEpoch,
            ended.Status == TransactionStatus.PrepareCommit,
            owner.Partition.LeaderEpoch);
        TopicPartition[] left = [.. ended.Partitions];
        while (true)
        {
            ErrorCode[] errors = await Task
                .WhenAll(left.Select(partition => write(partition, mark, _stop.Token)))
                .ConfigureAwait(false);
            int first = Array.FindIndex(errors, error => !IsOver(error));
            if (first < 0 || owner.IsLost)
                return;

            Log.CannotMark(logger, transactionalId, left[first], errors[first]);
            left = [.. left.Where((_, i) => !IsOver(errors[i]))];
            await Task.Delay(settings.MarkRetry, time, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Tells whether there is nothing left to mark: the topic was deleted, or a newer producer has ended
    /// it.</summary>
    private static bool IsOver(ErrorCode error) => error is ErrorCode.None or ErrorCode.UnknownTopicOrPartition
        or ErrorCode.InvalidProducerEpoch or ErrorCode.TransactionCoordinatorFenced;
}
