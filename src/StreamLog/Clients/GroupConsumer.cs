using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Clients.Consuming;
using StreamLog.Clients.Handling;
using StreamLog.Clients.Membership;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients;

/// <summary>A member of a group: reads the partitions that the group gives it, and commits how far it has
/// come.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// It joins with the first enumeration, and stays in the group between enumerations as long as
/// <see cref="ConsumerOptions.MaxPollInterval"/> allows.
/// </remarks>
internal sealed partial class GroupConsumer<TKey, TValue>
    : IGroupConsumer<TKey, TValue>, IRecordSource<TKey, TValue>, IMemberPartitions, IGroupReading
{
    private readonly ConsumerOptions _options;
    private readonly Subscription _subscription;
    private readonly Consumer<TKey, TValue> _consumer;
    private readonly GroupCommits _commits;
    private readonly ClientMetrics? _metrics;
    private readonly IAssignmentListener? _listener;
    private readonly ILogger _logger;
    private readonly ILogger _memberLogger;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();

    // How many partitions each topic had when the consumer first heard of it. Later ones are read from their beginning.
    private readonly Dictionary<string, int> _partitionCounts = new(StringComparer.Ordinal);

    private StreamLogException? _refusal;

    // Below here: guarded by _gate.
    private GroupMembership? _membership;
    private bool _isDisposed;

    /// <summary>Creates a consumer that has not joined yet.</summary>
    /// <param name="subscription">What it reads.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works, and the group. They are not to be changed any more.</param>
    /// <param name="serdes">What decodes keys and values.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <param name="listener">Who hears which partitions it reads; <see langword="null"/> is nobody.</param>
    /// <param name="keepsRaw">Whether every record keeps its bytes.</param>
    public GroupConsumer(
        Subscription subscription,
        IBroker broker,
        INodeEnvironment environment,
        ConsumerOptions options,
        (IDeserializer<TKey> Key, IDeserializer<TValue> Value) serdes,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null,
        IAssignmentListener? listener = null,
        bool keepsRaw = false)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Group);
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(loggers);
        foreach (string topic in subscription.Topics)
            TopicNames.Check(topic);
        _subscription = subscription;
        _options = options;
        _metrics = metrics;
        _listener = listener;
        _logger = loggers.CreateLogger("StreamLog.GroupConsumer");
        _memberLogger = loggers.CreateLogger("StreamLog.GroupMembership");
        _consumer = new Consumer<TKey, TValue>(
            broker, environment, options, serdes.Key, serdes.Value, loggers, metrics)
        {
            KeepsRaw = keepsRaw,
        };
        _commits = new GroupCommits(
            _consumer.Session,
            options,
            _consumer.Groups,
            _consumer.Fail,
            metrics is null ? null : new ProcessingTimes(metrics, environment.Time, options.Group),
            _logger);
        _consumer.Tracker = _commits.Tracker;
    }

    /// <inheritdoc/>
    public string Group => _options.Group!;

    /// <inheritdoc/>
    public string? MemberId => Membership?.Stamp?.MemberId;

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicPartition> Assignment => _consumer.Assignment;

    /// <inheritdoc/>
    public int? LastKeyHash => _consumer.LastKeyHash;

    private GroupMembership? Membership
    {
        get
        {
            lock (_gate)
                return _membership;
        }
    }

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
        Task commit = _commits.Tracker is null
            ? _commits.CommitAsync(_consumer.Positions)
            : _commits.CommitCompletedAsync();
        await commit.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(
        Record<TKey, TValue> upToAndIncluding, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upToAndIncluding);
        ThrowIfDisposed();
        LogPosition position = upToAndIncluding.Position;
        await _commits.CommitAsync(
            () => _consumer.IsAssigned(position.TopicPartition)
                ? new() { [position.TopicPartition] = new(position.Offset + 1, upToAndIncluding.LeaderEpoch) }
                : throw ClientErrors.NotAssigned(Group, position.TopicPartition),
            position).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TopicPartition, long>> LagAsync(
        CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return _consumer.LagsAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GroupMembership? membership;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            membership = _membership;
        }

        // Nothing is handed out any more before what is done is committed for the last time.
        _consumer.BeginClosing();
        await _closing.CancelAsync().ConfigureAwait(false);
        if (membership is not null)
            await membership.DisposeAsync().ConfigureAwait(false);
        _commits.Stop();
        await _consumer.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <inheritdoc/>
    async ValueTask IMemberPartitions.AddAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        // Who listens knows a partition before its first record.
        _listener?.Assigned(partitions);
        await TellAsync(listener => listener.AssignedAsync(partitions, cancellationToken)).ConfigureAwait(false);
        try
        {
            // What was appended to a new partition before it was seen is not to be passed over, whatever the policy
            // says of old ones.
            ILookup<bool, TopicPartition> isNew = partitions.ToLookup(IsNew);
            await AddAsync(isNew[false], startAt: null, cancellationToken).ConfigureAwait(false);
            await AddAsync(isNew[true], NewPartitionsStart(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await ((IMemberPartitions)this).LoseAsync(partitions).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    async ValueTask IMemberPartitions.RevokeAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        await CloseAsync(partitions, cancellationToken).ConfigureAwait(false);
        await TellAsync(listener => listener.RevokedAsync(partitions, cancellationToken)).ConfigureAwait(false);
        if (_listener is not null)
            await _listener.RevokedAsync(partitions).ConfigureAwait(false);
        await _commits.CommitByItselfAsync().ConfigureAwait(false);
        _consumer.Remove(partitions);
        _commits.Tracker?.Release(partitions);
    }

    /// <inheritdoc/>
    async ValueTask IMemberPartitions.LoseAsync(IReadOnlyCollection<TopicPartition> partitions)
    {
        _consumer.Remove(partitions);
        _commits.Tracker?.Release(partitions);
        _listener?.Lost(partitions);
        await TellAsync(listener => listener.LostAsync(partitions)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    bool IGroupReading.IsManual => _options.Commit == CommitMode.Manual;

    /// <inheritdoc/>
    (MemberStamp Member, IReadOnlyDictionary<TopicPartition, (long Begin, long End)> Yielded) IGroupReading.Look()
    {
        // First the member: it has a new stamp only after everything is taken from it that it read with this one.
        MemberStamp member = Membership?.Stamp ?? throw ClientErrors.NoMember(Group);
        return (member, _consumer.Yielded());
    }

    /// <inheritdoc/>
    void IGroupReading.Rewind(IReadOnlyDictionary<TopicPartition, long> from) => _consumer.Rewind(from);

    /// <inheritdoc/>
    void IGroupReading.Refuse(StreamLogException reason) => Volatile.Write(ref _refusal, reason);

    /// <inheritdoc/>
    void IMemberPartitions.Fail(Exception failure) => _consumer.Fail(failure);

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        if (Volatile.Read(ref _refusal) is { } refusal)
            throw new StreamLogException(refusal.ErrorCode, refusal.Message, refusal);
        GroupMembership? before = Membership;
        if (before is { IsOver: false })
        {
            before.Wake();
            return;
        }

        foreach (string topic in _subscription.Topics)
        {
            TopicMetadata found = await _consumer.Session.RetryAsync(
                (left, token) => _consumer.Session.FindTopicAsync(topic, mayCreate: true, left, token),
                _options.ApiTimeout,
                cancellationToken).ConfigureAwait(false);
            lock (_gate)
                _partitionCounts.TryAdd(topic, found.PartitionCount);
        }

        if (before is not null)
            await before.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (!_isDisposed && ReferenceEquals(_membership, before))
                Join();
        }
    }

    private void Join()
    {
        GroupMembership membership = new(
            _consumer.Session,
            _options,
            news => new NewestProtocol(_consumer.Session, _options, _subscription, news),
            this,
            _consumer.Turn,
            _metrics,
            _memberLogger);
        _consumer.Groups.Member = () => membership.Stamp ?? throw ClientErrors.NoMember(Group);
        _membership = membership;
    }

    private bool IsNew(TopicPartition partition)
    {
        lock (_gate)
        {
            return _partitionCounts.TryGetValue(partition.Topic, out int count)
                && partition.Partition >= count;
        }
    }

    private StartAt? NewPartitionsStart() => _options.OffsetReset == OffsetReset.Earliest ? null : StartAt.Earliest;

    private async ValueTask AddAsync(
        IEnumerable<TopicPartition> partitions, StartAt? startAt, CancellationToken cancellationToken)
    {
        List<TopicPartition> added = [.. partitions];
        if (added.Count > 0)
        {
            await _consumer.AssignAsync([.. _consumer.Assignment, .. added], startAt, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Yields no more of partitions, and waits until the reader has let go of what it has of them. One that
    /// disposes has.</summary>
    private async ValueTask CloseAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            await _consumer.CloseAsync(partitions, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
        }
    }

    private async ValueTask TellAsync(Func<IRebalanceListener, ValueTask> tell)
    {
        if (_options.RebalanceListener is not { } listener)
            return;
        try
        {
            await tell(listener).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ListenerFailed(_logger, exception, Group);
            _consumer.Fail(exception);
        }
    }

    private void ThrowIfDisposed()
    {
        // While it closes, who listens may commit.
        bool isOver;
        lock (_gate)
            isOver = _isDisposed && _membership?.Stamp is null;
        if (isOver)
        {
            throw new ObjectDisposedException(
                "GroupConsumer", "The group consumer was disposed. Consume the topic again.");
        }
    }
}
