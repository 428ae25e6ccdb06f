using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Clients.Consuming;
using StreamLog.Clients.Handling;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Threading;

namespace StreamLog.Clients;

/// <summary>Reads all partitions of a topic for a group, and commits how far the group has come.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// It is the only member of its group here. Reading begins with the first enumeration. Commits happen one after
/// another, so that an older one never undoes a newer one.
/// </remarks>
internal sealed partial class GroupConsumer<TKey, TValue> : IGroupConsumer<TKey, TValue>, IRecordSource<TKey, TValue>
{
    private readonly string _topic;
    private readonly ConsumerOptions _options;
    private readonly TimeProvider _time;
    private readonly Consumer<TKey, TValue> _consumer;
    private readonly CompletionTracker? _tracker;
    private readonly IDisposable _claim;
    private readonly IAssignmentListener? _listener;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // What is read: set by the first reader, then by the watch, which that one starts.
    private IReadOnlyList<TopicPartition> _assigned = [];

    // Below here: guarded by _gate.
    private Task _lastCommit = Task.CompletedTask;
    private Deadline? _nextCommit;
    private PartitionWatch? _watch;
    private bool _isDisposed;
    private bool _isDrained;

    /// <summary>Creates a consumer, and claims the topic for it.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works, and the group. They are not to be changed any more.</param>
    /// <param name="serdes">What decodes keys and values.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <param name="listener">Who hears which partitions it reads; <see langword="null"/> is nobody.</param>
    /// <param name="keepsRaw">Whether every record keeps its bytes.</param>
    /// <exception cref="InvalidOperationException">Another consumer of the group reads the topic here.</exception>
    public GroupConsumer(
        string topic,
        IBroker broker,
        INodeEnvironment environment,
        ConsumerOptions options,
        (IDeserializer<TKey> Key, IDeserializer<TValue> Value) serdes,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null,
        IAssignmentListener? listener = null,
        bool keepsRaw = false)
    {
        TopicNames.Check(topic);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Group);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(loggers);
        _topic = topic;
        _options = options;
        _time = environment.Time;
        _listener = listener;
        _logger = loggers.CreateLogger("StreamLog.GroupConsumer");
        _consumer = new Consumer<TKey, TValue>(
            broker, environment, options, serdes.Key, serdes.Value, loggers, metrics)
        {
            KeepsRaw = keepsRaw,
        };
        if (options.Commit != CommitMode.Manual)
        {
            _consumer.Tracker = _tracker = new CompletionTracker(
                ScheduleCommit, metrics is null ? null : new ProcessingTimes(metrics, environment.Time, options.Group));
        }

        _claim = GroupClaims.Claim(broker, options.Group, topic);
    }

    /// <inheritdoc/>
    public string Group => _options.Group!;

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicPartition> Assignment => _consumer.Assignment;

    /// <inheritdoc/>
    public int? LastKeyHash => _consumer.LastKeyHash;

    /// <inheritdoc/>
    public TopicPartition? LastFailed => _consumer.LastFailed;

    /// <inheritdoc/>
    public async IAsyncEnumerable<Record<TKey, TValue>> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await foreach (Record<TKey, TValue> record in _consumer.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return record;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<Record<TKey, TValue>>> ReadBatchesAsync(
        int maxRecords, TimeSpan maxWait, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken).ConfigureAwait(false);
        await foreach (IReadOnlyList<Record<TKey, TValue>> batch in
            _consumer.ReadBatchesAsync(maxRecords, maxWait, cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }
    }

    /// <inheritdoc/>
    public void Hold(TopicPartition partition, bool isHeld) => _consumer.Hold(partition, isHeld);

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        await EnqueueCommit(
            _tracker is null ? () => _consumer.CommitAsync() : CommitCompletedAsync)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(
        Record<TKey, TValue> upToAndIncluding, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upToAndIncluding);
        ThrowIfDisposed();
        LogPosition position = upToAndIncluding.Position;
        if (position.Topic != _topic)
        {
            throw new ArgumentException(
                $"The record at {position} is not of topic '{_topic}', which this consumer reads.",
                nameof(upToAndIncluding));
        }

        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new()
        {
            [position.TopicPartition] = new OffsetAndMetadata(position.Offset + 1, upToAndIncluding.LeaderEpoch),
        };
        await EnqueueCommit(async () =>
        {
            await CommitAsync(offsets).ConfigureAwait(false);
            _tracker?.CompleteUpTo(position);
            _tracker?.Committed(offsets);
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        PartitionWatch? watch;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            watch = _watch;
        }

        if (watch is not null)
            await watch.DisposeAsync().ConfigureAwait(false);

        // Nothing is handed out any more before what is done is committed for the last time.
        await _consumer.DisposeAsync().ConfigureAwait(false);
        // What is done in time is committed in time: who drains slowly may not live to see its end.
        if (_listener is not null)
            await _listener.RevokedAsync(_assigned).ConfigureAwait(false);
        lock (_gate)
        {
            _isDrained = true;
            _nextCommit?.TryCancel();
        }

        if (_options.Commit == CommitMode.OnComplete)
            await EnqueueCommit(CommitByItselfAsync).ConfigureAwait(false);
        else
            await EnqueueCommit(static () => ValueTask.CompletedTask).ConfigureAwait(false);
        _claim.Dispose();
    }

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_watch is not null)
                return;
        }

        ThrowIfDisposed();
        TopicMetadata topic = await _consumer.Session.RetryAsync(
            (left, token) => _consumer.Session.FindTopicAsync(_topic, mayCreate: true, left, token),
            _options.ApiTimeout,
            cancellationToken).ConfigureAwait(false);
        await AssignAsync(
            PartitionWatch.All(_topic, topic.PartitionCount), startAt: null, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_isDisposed)
                _watch ??= new PartitionWatch(_consumer.Session, _topic, topic.PartitionCount, AddAsync, _logger);
        }
    }

    // What was appended to a new partition before it was seen is not to be passed over, whatever the policy says of old
    // ones.
    private ValueTask AddAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) =>
        AssignAsync(
            partitions, _options.OffsetReset == OffsetReset.Earliest ? null : StartAt.Earliest, cancellationToken);

    private ValueTask AssignAsync(
        IReadOnlyList<TopicPartition> partitions, StartAt? startAt, CancellationToken cancellationToken)
    {
        // Who listens knows a partition before its first record.
        _listener?.Assigned([.. partitions.Except(_assigned)]);
        _assigned = partitions;
        return _consumer.AssignAsync(partitions, startAt, cancellationToken);
    }

    private void ScheduleCommit()
    {
        if (_options.Commit != CommitMode.OnComplete || Volatile.Read(ref _nextCommit) is not null)
            return;
        lock (_gate)
        {
            if (_nextCommit is not null || _isDrained)
                return;
            Volatile.Write(ref _nextCommit, Deadline.Start(
                _time,
                Durations.ForTimer(_options.CommitInterval),
                static consumer => ((GroupConsumer<TKey, TValue>)consumer!).CommitWhenDue(),
                this));
        }
    }

    private void CommitWhenDue()
    {
        lock (_gate)
            Volatile.Write(ref _nextCommit, null);
        _ = EnqueueCommit(CommitByItselfAsync);
    }

    /// <summary>Has a commit follow those before it.</summary>
    private Task EnqueueCommit(Func<ValueTask> commit)
    {
        lock (_gate)
            return _lastCommit = AfterAsync(_lastCommit, commit);
    }

    private static async Task AfterAsync(Task before, Func<ValueTask> commit)
    {
        // Neither on the clock's thread nor under the gate. A failure before is its own caller's.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        await commit().ConfigureAwait(false);
    }

    private async ValueTask CommitCompletedAsync()
    {
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = _tracker!.ToCommit();
        if (offsets.Count == 0)
            return;
        await CommitAsync(offsets).ConfigureAwait(false);
        _tracker.Committed(offsets);
    }

    private ValueTask CommitAsync(Dictionary<TopicPartition, OffsetAndMetadata> offsets) =>
        _consumer.Groups.CommitAsync(Group, offsets, _options.ApiTimeout, CancellationToken.None);

    private async ValueTask CommitByItselfAsync()
    {
        try
        {
            await CommitCompletedAsync().ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            Log.CommitsLater(_logger, exception, Group, _topic);
            ScheduleCommit();
        }
        catch (Exception exception)
        {
            // Reading on without ever committing would look well, until the next start.
            Log.CannotCommit(_logger, exception, Group, _topic);
            _consumer.Fail(exception);
        }
    }

    private void ThrowIfDisposed()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                throw new ObjectDisposedException(
                    "GroupConsumer", "The group consumer was disposed. Consume the topic again.");
            }
        }
    }
}
