using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Clients.Handling;

/// <summary>Reads a topic for a group and hands the records to a handler, until it is stopped.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// <para>Created and stopped by its node's clients. Thread-safe. One loop reads; each partition that the group assigns
/// has a <see cref="PartitionWork{TKey, TValue}"/>. A partition that cannot be read is tried again after a pause, and
/// the others go on; when all reading fails, it begins anew after a pause, as a new member.</para>
/// <para>At least once by construction: a record is completed when its handler has returned, or when its dead letter is
/// durable, and offsets are committed behind what is completed.</para>
/// </remarks>
#pragma warning disable CA1001 // It may be stopped by several at any time; there is no timer on its sources.
internal sealed partial class PushConsumer<TKey, TValue> : IPushConsumer, IAssignmentListener
#pragma warning restore CA1001
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly HandlerPlan _plan;
    private readonly Func<IAssignmentListener, IRecordSource<TKey, TValue>> _join;
    private readonly HandlerAttempt<TKey, TValue> _attempt;
    private readonly IAsyncDisposable? _deadLetters;
    private readonly TimeProvider _time;
    private readonly Backoff _backoff;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<TopicPartition, PartitionWork<TKey, TValue>> _partitions = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly Task _running;
    private volatile IRecordSource<TKey, TValue>? _source;
    private volatile HandlerState _state = HandlerState.Starting;
    private volatile Exception? _failure;
    private volatile Exception? _stopReason;
    private long _readingSince;
    private int _failures;

    /// <summary>Begins to read.</summary>
    /// <param name="plan">How records are handled.</param>
    /// <param name="call">The handler.</param>
    /// <param name="join">Becomes a member of the group.</param>
    /// <param name="deadLetters">What appends dead letters, which this disposes of; <see langword="null"/> where there
    /// are none.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="metrics">What it counts with.</param>
    /// <param name="logger">Where it logs.</param>
    public PushConsumer(
        HandlerPlan plan,
        HandlerCall<TKey, TValue> call,
        Func<IAssignmentListener, IRecordSource<TKey, TValue>> join,
        IProducer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>? deadLetters,
        INodeEnvironment environment,
        Diagnostics.HandlerMetrics metrics,
        ILogger logger)
    {
        _plan = plan;
        _join = join;
        _deadLetters = deadLetters;
        _time = environment.Time;
        _backoff = new Backoff(environment, FirstPause, LongestPause);
        _logger = logger;
        _attempt = new HandlerAttempt<TKey, TValue>(plan, call, deadLetters, environment, metrics, logger);
        _running = RunAsync();
    }

    /// <inheritdoc/>
    public HandlerHealth Describe()
    {
        long now = _time.GetTimestamp();
        int inFlight = 0;
        Exception? readFailure = null;
        long oldestAt = long.MaxValue;
        LogPosition? oldest = null;
        List<LogPosition> paused = [];
        foreach (PartitionWork<TKey, TValue> work in _partitions.Values)
        {
            (int count, LogPosition? first, long firstAt, LogPosition[] pausedAt) = work.Describe();
            inFlight += count;
            readFailure ??= work.ReadFailure;
            paused.AddRange(pausedAt);
            if (first is null || firstAt >= oldestAt)
                continue;
            oldest = first;
            oldestAt = firstAt;
        }

        return new HandlerHealth(_plan.Topic, _plan.Group)
        {
            State = _state,
            Failure = (HasLasted() ? null : _failure) ?? readFailure ?? _attempt.DeadLetterFailure,
            Paused = paused,
            InFlight = inFlight,
            Oldest = oldest,
            OldestAge = oldest is null ? TimeSpan.Zero : _time.GetElapsedTime(oldestAt, now),
        };
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken hurry)
    {
        foreach (PartitionWork<TKey, TValue> work in _partitions.Values)
            _ = work.Drop();
        CancellationTokenRegistration registration =
            hurry.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _hurry);
        await using (registration.ConfigureAwait(false))
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            await _running.ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Assigned(IReadOnlyCollection<TopicPartition> partitions)
    {
        if (_state != HandlerState.Running)
            Volatile.Write(ref _readingSince, _time.GetTimestamp());
        _state = HandlerState.Running;

        // What is left of this member's work has no say in what the next one reads.
        IRecordSource<TKey, TValue>? source = _source;
        foreach (TopicPartition partition in partitions)
        {
            _partitions[partition] = new PartitionWork<TKey, TValue>(
                partition, _plan, _attempt, _time, (held, isHeld) => source?.Hold(held, isHeld), StopBecause);
        }
    }

    /// <inheritdoc/>
    public async ValueTask RevokedAsync(IReadOnlyCollection<TopicPartition> partitions) =>
        await Task.WhenAll(partitions.Select(RevokeAsync)).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Lost(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
        {
            if (_partitions.TryRemove(partition, out PartitionWork<TKey, TValue>? work))
                work.Abandon();
        }
    }

    private async Task RevokeAsync(TopicPartition partition)
    {
        if (!_partitions.TryGetValue(partition, out PartitionWork<TKey, TValue>? work))
            return;
        if (!await work.DrainAsync(_hurry.Token).ConfigureAwait(false))
            Log.NotDrained(_logger, _plan.Group, partition);
        _partitions.TryRemove(new KeyValuePair<TopicPartition, PartitionWork<TKey, TValue>>(partition, work));
    }

    private async Task RunAsync()
    {
        // Whoever starts it is not held up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stopping.IsCancellationRequested)
        {
            TimeSpan pause = await ReadAsync().ConfigureAwait(false);
            if (_stopping.IsCancellationRequested)
                break;
            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (_stopReason is { } reason)
        {
            _failure = reason;
            Log.StoppedByFailure(_logger, reason, _plan.Group, _plan.Topic);
        }

        _state = HandlerState.Stopped;
        if (_deadLetters is not null)
            await _deadLetters.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Reads until it is stopped, or cannot read.</summary>
    /// <returns>The pause before it begins anew.</returns>
    private async Task<TimeSpan> ReadAsync()
    {
        Exception? failure = null;
        IRecordSource<TKey, TValue>? source = null;
        try
        {
            source = _source = _join(this);
            while (await ReadAsync(source).ConfigureAwait(false))
            {
                // One partition cannot be read, and pauses.
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        // Seen while what runs comes to its end, and until reading has gone well for a while.
        TimeSpan pause = _stopping.IsCancellationRequested ? TimeSpan.Zero : Fail(failure);
        try
        {
            if (source is not null)
                await source.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (!_stopping.IsCancellationRequested)
                _failure ??= exception;
        }
        finally
        {
            _source = null;
        }

        return pause;
    }

    /// <summary>Reads all partitions.</summary>
    /// <returns><see langword="true"/> if one of them has failed and pauses, so that reading is to go on.</returns>
    private async ValueTask<bool> ReadAsync(IRecordSource<TKey, TValue> source)
    {
        try
        {
            await foreach (Record<TKey, TValue> record in
                source.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_partitions.TryGetValue(record.Position.TopicPartition, out PartitionWork<TKey, TValue>? work))
                    work.Accept(record, source.LastKeyHash);
            }

            return false;
        }
        catch (StreamLogException exception) when (
            exception.ErrorCode is ErrorCode.KafkaStorageError or ErrorCode.CorruptMessage
                && source.LastFailed is not null)
        {
            // A disk that fails, or what is corrupt: that of one partition is no fault of the others.
            TopicPartition failed = source.LastFailed.Value;
            if (!_partitions.TryGetValue(failed, out PartitionWork<TKey, TValue>? work))
                throw;
            TimeSpan pause = work.PauseReading(exception, _backoff);
            Log.CannotReadPartition(_logger, exception, _plan.Group, failed, pause.TotalSeconds);
            return true;
        }
    }

    private TimeSpan Fail(Exception? failure)
    {
        if (HasLasted())
            _failures = 0;
        TimeSpan pause = _backoff.Before(++_failures);
        Log.ReadingFailed(_logger, failure, _plan.Group, _plan.Topic, pause.TotalSeconds);
        _failure = failure;
        _state = HandlerState.Starting;
        return pause;
    }

    /// <summary>Tells whether reading has gone on for so long that what failed before says nothing any more.</summary>
    private bool HasLasted() => _state == HandlerState.Running
        && _time.GetElapsedTime(Volatile.Read(ref _readingSince)) >= LongestPause;

    private void StopBecause(Exception reason)
    {
        Interlocked.CompareExchange(ref _stopReason, reason, null);
        _ = _stopping.CancelAsync();
    }
}
