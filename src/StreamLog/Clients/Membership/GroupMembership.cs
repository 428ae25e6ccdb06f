using Microsoft.Extensions.Logging;
using StreamLog.Clients.Consuming;
using StreamLog.Diagnostics;
using StreamLog.Threading;

namespace StreamLog.Clients.Membership;

/// <summary>Keeps a consumer in its group: speaks with the coordinator, moves the consumer to the partitions that it is
/// told, and leaves when nobody reads.</summary>
/// <remarks>
/// One loop from its start to its stop, on the thread pool. Partitions are moved beside it, so that a member that
/// finishes its work stays in the group meanwhile. Owned by its consumer; thread-safe.
/// </remarks>
internal sealed partial class GroupMembership : IAsyncDisposable
{
    // As the consumer's own retries: doubling from what its options say.
    private const int LongestPauseFactor = 10;

    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly IGroupProtocol _protocol;
    private readonly IMemberPartitions _partitions;
    private readonly ReaderTurn _reader;
    private readonly ClientMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly PooledSignal _wake = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _running;

    // Below here: of the loop alone.
    private HashSet<TopicPartition> _owned = [];
    private HashSet<TopicPartition> _ownedNext = [];
    private CancellationTokenSource _moveCancellation = new();
    private Task<bool>? _move;
    private long _movedAt;
    private long _passes = -1;
    private long _passedAt;

    // Set by the loop, and looked at by a move, which then need not try for ever.
    private volatile IReadOnlySet<TopicPartition>? _target;
    private volatile bool _isAwaited;

    // Set by who disposes; the loop takes no more partitions then.
    private volatile bool _isClosing;
    private volatile bool _isOver;

    /// <summary>Begins to be a member.</summary>
    /// <param name="session">Time and chance.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="protocol">Makes what speaks with the coordinator, given what to call when there is news.</param>
    /// <param name="partitions">What is moved.</param>
    /// <param name="reader">Tells whether somebody reads.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <param name="logger">Where it logs.</param>
    public GroupMembership(
        BrokerSession session,
        ConsumerOptions options,
        Func<Action, IGroupProtocol> protocol,
        IMemberPartitions partitions,
        ReaderTurn reader,
        ClientMetrics? metrics,
        ILogger logger)
    {
        _session = session;
        _options = options;
        _protocol = protocol(Wake);
        _partitions = partitions;
        _reader = reader;
        _metrics = metrics;
        _logger = logger;
        _backoff = new Backoff(
            session.Environment, options.RetryBackoff, options.RetryBackoff * LongestPauseFactor);
        _passedAt = session.Time.GetTimestamp();
        _running = RunAsync();
    }

    /// <summary>Gets what the member shows with its commits; <see langword="null"/> where it is not in the
    /// group.</summary>
    public MemberStamp? Stamp => _protocol.Stamp;

    /// <summary>Gets whether it has ended by itself, with an error that the reader has been given.</summary>
    public bool IsOver => _isOver;

    /// <summary>Looks again at once: somebody reads, or the coordinator has news.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Gives everything up and leaves. Heartbeats go on until the partitions are finished with.</summary>
    /// <returns>A task that completes when it has left, or could not tell.</returns>
    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        _wake.Set();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _moveCancellation.Dispose();
    }

    private async Task RunAsync()
    {
        // Whoever starts it is not held up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await StayAsync().ConfigureAwait(false);
            await LeaveAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.Ended(_logger, exception, _options.Group!);
            await LoseAllAsync().ConfigureAwait(false);
            await LeaveAsync().ConfigureAwait(false);
            _isOver = true;
            _partitions.Fail(exception);
        }
    }

    private async ValueTask StayAsync()
    {
        int failures = 0;
        while (!_isClosing || _owned.Count > 0 || _move is not null)
        {
            if (_isClosing && _move is null)
                Begin(new HashSet<TopicPartition>());
            if (!_isClosing && HasStoppedReading())
            {
                await RestAsync().ConfigureAwait(false);
                continue;
            }

            TimeSpan next = TimeSpan.Zero;
            try
            {
                next = await ExchangeAsync().ConfigureAwait(false);
                failures = 0;
            }
            catch (OperationCanceledException) when (_isClosing)
            {
                continue;
            }
            catch (StreamLogException exception) when (exception.IsRetriable)
            {
                next = _backoff.Before(++failures);
                if (failures > 1)
                    Log.NoAnswer(_logger, exception, _options.Group!, next.TotalSeconds);
            }

            if (next > TimeSpan.Zero && _move is not { IsCompleted: true })
                await WaitAsync(next).ConfigureAwait(false);
            await SettleAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<TimeSpan> ExchangeAsync()
    {
        // The one that is under way when it closes is given up: it may wait for others.
        CancellationToken cancellationToken = _isClosing ? CancellationToken.None : _closing.Token;
        GroupExchange exchange =
            await _protocol.ExchangeAsync(_owned, _move is not null, cancellationToken).ConfigureAwait(false);
        _isAwaited = exchange.IsAwaited;
        if (exchange.IsOut)
        {
            Log.Lost(_logger, _options.Group!, _owned.Count);
            await LoseAllAsync().ConfigureAwait(false);
        }
        else if (exchange.Target is { } target && !_isClosing)
        {
            if (_move is not null)
                _target = target;
            else if (!_owned.SetEquals(target))
                Begin(target);
        }

        return exchange.NextIn;
    }

    /// <summary>Begins to move to a target.</summary>
    private void Begin(IReadOnlySet<TopicPartition> target)
    {
        _target = null;
        _movedAt = _session.Time.GetTimestamp();
        _ownedNext = [.. target];
        _move = MoveAsync(
            [.. _owned.Where(partition => !target.Contains(partition))],
            [.. target.Where(partition => !_owned.Contains(partition))],
            _moveCancellation.Token);
        _ = WakeAfterAsync(_move);
    }

    /// <returns>Whether everything was added that was to be.</returns>
    private async Task<bool> MoveAsync(
        List<TopicPartition> revoked, List<TopicPartition> added, CancellationToken cancellationToken)
    {
        // The loop's own time is not to be spent on it.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        if (revoked.Count > 0)
            await _partitions.RevokeAsync(revoked, cancellationToken).ConfigureAwait(false);
        return added.Count == 0 || await AddAsync(added, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> AddAsync(List<TopicPartition> added, CancellationToken cancellationToken)
    {
        for (int failures = 1; ; failures++)
        {
            try
            {
                await _partitions.AddAsync(added, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (StreamLogException exception) when (exception.IsRetriable)
            {
                TimeSpan pause = _backoff.Before(failures);
                Log.CannotBegin(_logger, exception, _options.Group!, added.Count, pause.TotalSeconds);
                await Task.Delay(pause, _session.Time, cancellationToken).ConfigureAwait(false);
            }

            // It may be another's by now, or its topic is gone.
            if (_target is not null || _isAwaited || _isClosing)
                return false;
        }
    }

    /// <summary>Takes note of a move that has come to its end, and begins the next one.</summary>
    private async ValueTask SettleAsync()
    {
        if (_move is not { IsCompleted: true } move)
            return;
        bool isWhole = await move.ConfigureAwait(false);
        _move = null;
        if (!isWhole)
            _ownedNext.IntersectWith(_owned);
        if (!_isClosing && !_owned.SetEquals(_ownedNext))
            _metrics?.Rebalanced(_options.Group!, _session.Time.GetElapsedTime(_movedAt));
        _owned = _ownedNext;
        if (_target is { } target && !_isClosing)
            Begin(target);
    }

    private async ValueTask LoseAllAsync()
    {
        await _moveCancellation.CancelAsync().ConfigureAwait(false);
        if (_move is { } move)
            await ((Task)move).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _moveCancellation.Dispose();
        _moveCancellation = new CancellationTokenSource();
        List<TopicPartition> lost = [.. _move is null ? _owned : _owned.Union(_ownedNext)];
        _move = null;
        _target = null;
        _owned = [];
        if (lost.Count == 0)
            return;
        _metrics?.LostPartitions(_options.Group!);
        await _partitions.LoseAsync(lost).ConfigureAwait(false);
    }

    /// <summary>Leaves until somebody reads again.</summary>
    private async ValueTask RestAsync()
    {
        Log.StoppedReading(_logger, _options.Group!, _options.MaxPollInterval.TotalSeconds);
        await LoseAllAsync().ConfigureAwait(false);
        await LeaveAsync().ConfigureAwait(false);
        while (!_isClosing)
        {
            Task isBack = _reader.ReturnAsync();
            if (_reader.IsWaiting || _reader.Passes != _passes)
                break;
            _ = WakeAfterAsync(isBack);
            await _wake.WaitAsync().ConfigureAwait(false);
        }

        NotePass();
    }

    private async Task WakeAfterAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _wake.Set();
    }

    private bool HasStoppedReading()
    {
        if (_reader.IsWaiting || _reader.Passes != _passes)
        {
            NotePass();
            return false;
        }

        return _session.Time.GetElapsedTime(_passedAt) >= _options.MaxPollInterval;
    }

    private void NotePass()
    {
        _passes = _reader.Passes;
        _passedAt = _session.Time.GetTimestamp();
    }

    private async ValueTask LeaveAsync()
    {
        try
        {
            await _protocol.LeaveAsync().ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            // Its session runs out then.
            Log.CouldNotLeave(_logger, exception, _options.Group!);
        }
    }

    private async ValueTask WaitAsync(TimeSpan longest)
    {
        TimeSpan patience = _options.MaxPollInterval - _session.Time.GetElapsedTime(_passedAt);
        TimeSpan due = longest < patience || patience < TimeSpan.Zero ? longest : patience;
        Deadline deadline = Deadline.Start(
            _session.Time, Durations.ForTimer(due), static wake => ((PooledSignal)wake!).Set(), _wake);
        await _wake.WaitAsync().ConfigureAwait(false);
        deadline.TryCancel();
    }
}
