using Microsoft.Extensions.Logging;
using StreamLog.Threading;

namespace StreamLog.Clients.Consuming;

/// <summary>Commits how far a group consumer has come: when asked, and at intervals behind what is completed.</summary>
/// <remarks>
/// Commits happen one after another, so that an older one never undoes a newer one. Owned by its consumer; thread-safe.
/// </remarks>
internal sealed partial class GroupCommits
{
    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly GroupOffsets _offsets;
    private readonly Action<Exception> _failed;
    private readonly ILogger _logger;
    private readonly TurnLine _line = new();
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private Deadline? _nextCommit;
    private bool _isStopped;

    /// <summary>Creates it, with nothing to commit.</summary>
    /// <param name="session">The clock.</param>
    /// <param name="options">The group, and how often it commits by itself.</param>
    /// <param name="offsets">Where to.</param>
    /// <param name="failed">Hears of a commit by itself that can never succeed.</param>
    /// <param name="times">Measures how long records take, or <see langword="null"/>.</param>
    /// <param name="logger">Where it logs.</param>
    public GroupCommits(
        BrokerSession session,
        ConsumerOptions options,
        GroupOffsets offsets,
        Action<Exception> failed,
        ProcessingTimes? times,
        ILogger logger)
    {
        _session = session;
        _options = options;
        _offsets = offsets;
        _failed = failed;
        _logger = logger;
        if (options.Commit != CommitMode.Manual)
            Tracker = new CompletionTracker(Schedule, times);
    }

    /// <summary>Gets what is completed; <see langword="null"/> where everything counts that was yielded.</summary>
    public CompletionTracker? Tracker { get; }

    /// <summary>Commits what is completed.</summary>
    /// <returns>A task that completes when that is durable.</returns>
    public Task CommitCompletedAsync() => _line.Enqueue(SendCompletedAsync);

    /// <summary>Commits given offsets.</summary>
    /// <param name="find">Finds the offsets, once it is their turn.</param>
    /// <param name="upTo">A record behind which all is done with that, or <see langword="null"/>.</param>
    /// <returns>A task that completes when they are durable.</returns>
    public Task CommitAsync(Func<Dictionary<TopicPartition, OffsetAndMetadata>> find, LogPosition? upTo = null) =>
        _line.Enqueue(async () =>
        {
            Dictionary<TopicPartition, OffsetAndMetadata> offsets = find();
            await SendAsync(offsets).ConfigureAwait(false);
            if (upTo is { } position)
                Tracker?.CompleteUpTo(position);
            Tracker?.Committed(offsets);
        });

    /// <summary>Commits what is completed, where the consumer commits by itself. What goes wrong is logged.</summary>
    /// <returns>A task that completes when it is done, or given up.</returns>
    public Task CommitByItselfAsync() =>
        _line.Enqueue(_options.Commit == CommitMode.OnComplete
            ? SendByItselfAsync
            : static () => ValueTask.CompletedTask);

    /// <summary>Commits no more by itself.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _nextCommit?.TryCancel();
        }
    }

    private void Schedule()
    {
        if (_options.Commit != CommitMode.OnComplete || Volatile.Read(ref _nextCommit) is not null)
            return;
        lock (_gate)
        {
            if (_nextCommit is not null || _isStopped)
                return;
            Volatile.Write(ref _nextCommit, Deadline.Start(
                _session.Time,
                Durations.ForTimer(_options.CommitInterval),
                static commits => ((GroupCommits)commits!).CommitWhenDue(),
                this));
        }
    }

    private void CommitWhenDue()
    {
        lock (_gate)
            Volatile.Write(ref _nextCommit, null);
        _ = CommitByItselfAsync();
    }

    private async ValueTask SendCompletedAsync()
    {
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = Tracker!.ToCommit();
        if (offsets.Count == 0)
            return;
        await SendAsync(offsets).ConfigureAwait(false);
        Tracker.Committed(offsets);
    }

    private ValueTask SendAsync(Dictionary<TopicPartition, OffsetAndMetadata> offsets) =>
        _offsets.CommitAsync(_options.Group!, offsets, _options.ApiTimeout, CancellationToken.None);

    private async ValueTask SendByItselfAsync()
    {
        try
        {
            await SendCompletedAsync().ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (
            exception.IsRetriable || BrokerSession.IsOfEarlierEpoch(exception))
        {
            Log.CommitsLater(_logger, exception, _options.Group!);
            Schedule();
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.UnknownMemberId)
        {
            // The membership hears of it too, and gives up what is no longer ours.
            Log.NotCommitted(_logger, exception, _options.Group!);
        }
        catch (Exception exception)
        {
            // Reading on without ever committing would look well, until the next start.
            Log.CannotCommit(_logger, exception, _options.Group!);
            _failed(exception);
        }
    }
}
