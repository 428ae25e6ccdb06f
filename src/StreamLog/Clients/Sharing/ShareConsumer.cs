using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Threading;

namespace StreamLog.Clients.Sharing;

/// <summary>Takes records out of a topic as out of a queue.</summary>
/// <remarks>
/// A fetch is sent when the reader has read all that the one before has brought: a record that waits here is nobody
/// else's. Joining begins with the first enumeration. A record that has waited longer than its lock is not handed out.
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
internal sealed partial class ShareConsumer<TKey, TValue> : IShareConsumer<TKey, TValue>
{
    private readonly string _topic;
    private readonly ShareConsumerOptions _options;
    private readonly (IDeserializer<TKey> Key, IDeserializer<TValue> Value) _serdes;
    private readonly BrokerSession _session;
    private readonly ShareMembership _membership;
    private readonly ShareLink _link;
    private readonly ShareDeadLetters? _deadLetters;
    private readonly AsyncSignal _changed = new();
    private readonly CancellationTokenSource _disposing = new();
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Queue<SharedRecord<TKey, TValue>> _fetched = new();
    private readonly Dictionary<(int Partition, long Offset), (SharedRecord<TKey, TValue> Record, Guid TopicId)> _held =
        [];

    private readonly HashSet<Task> _letters = [];
    private StreamLogException? _refusal;
    private Deadline? _nextCommit;
    private bool _isStarted;
    private bool _isDisposed;

    /// <summary>Creates a consumer that has not joined yet.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="group">The group.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works. They are not to be changed any more.</param>
    /// <param name="serdes">What decodes keys and values.</param>
    /// <param name="loggers">Where it logs.</param>
    public ShareConsumer(
        string topic,
        string group,
        IBroker broker,
        INodeEnvironment environment,
        ShareConsumerOptions options,
        (IDeserializer<TKey> Key, IDeserializer<TValue> Value) serdes,
        ILoggerFactory loggers)
    {
        _topic = topic;
        _options = options;
        _serdes = serdes;
        Group = group;
        _logger = loggers.CreateLogger("StreamLog.ShareConsumer");
        _session = new BrokerSession(broker, environment, options.ClientId, options.RetryBackoff);
        _membership = new ShareMembership(_session, group, topic, options, _changed.Set, _logger);
        _link = new ShareLink(_session, group, _membership.MemberId, options);
        if (options.DeadLetterTopic is { } deadLetterTopic)
            _deadLetters = new ShareDeadLetters(deadLetterTopic, group, broker, environment, loggers);
    }

    /// <inheritdoc/>
    public string Group { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<SharedRecord<TKey, TValue>> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await StartAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource ending =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ThrowIfEnded();
            if (!TryTake(out SharedRecord<TKey, TValue>? record))
            {
                await FetchAsync(ending.Token, cancellationToken).ConfigureAwait(false);
                continue;
            }

            bool isReadOn = false;
            try
            {
                yield return record;
                isReadOn = true;
            }
            finally
            {
                if (_options.Acknowledge == AcknowledgeMode.Implicit)
                    Say(record, isReadOn ? PendingAcknowledgements.Accept : PendingAcknowledgements.Release);
            }
        }
    }

    /// <inheritdoc/>
    public void Accept(SharedRecord<TKey, TValue> record) => Say(record, PendingAcknowledgements.Accept);

    /// <inheritdoc/>
    public void Release(SharedRecord<TKey, TValue> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (_deadLetters is not null && record.DeliveryCount >= _options.MaxDeliveries)
            Reject(record, reason: null);
        else
            Say(record, PendingAcknowledgements.Release);
    }

    /// <inheritdoc/>
    public void Reject(SharedRecord<TKey, TValue> record, Exception? reason = null)
    {
        if (_deadLetters is null)
        {
            Say(record, PendingAcknowledgements.Reject);
            return;
        }

        if (TryLetGo(record, out SharedPartition partition))
            Track(PutAsideAsync(record, partition, reason));
    }

    /// <inheritdoc/>
    public async ValueTask RenewAsync(
        SharedRecord<TKey, TValue> record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        SharedPartition partition;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_held.TryGetValue(KeyOf(record), out (SharedRecord<TKey, TValue> Record, Guid TopicId) held)
                || !ReferenceEquals(held.Record, record))
            {
                throw LockLost(ErrorCode.InvalidRecordState);
            }

            partition = new SharedPartition(held.TopicId, record.Position.Partition);
        }

        StreamLogException? lost = null;
        _link.Pending.Add(partition, record.Position.Offset, PendingAcknowledgements.Renew);
        await _link.AcknowledgeAsync(error => lost = LockLost(error))
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (lost is not null)
            throw lost;
    }

    /// <inheritdoc/>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        Task[] letters;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            letters = [.. _letters];
        }

        await CommitAsync(letters).WaitAsync(cancellationToken).ConfigureAwait(false);
        StreamLogException? refusal;
        lock (_gate)
        {
            refusal = _refusal;
            _refusal = null;
        }

        if (refusal is not null)
            throw refusal;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] letters;
        bool wasStarted;
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            wasStarted = _isStarted;
            letters = [.. _letters];
            _nextCommit?.TryCancel();
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        _changed.Set();
        await Task.WhenAll(letters).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            if (wasStarted)
                await _link.AcknowledgeAsync(Refused, closes: true).ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            Log.CannotCommit(_logger, exception, Group, _topic);
        }

        await _membership.DisposeAsync().ConfigureAwait(false);
        if (_deadLetters is not null)
            await _deadLetters.DisposeAsync().ConfigureAwait(false);
    }

    private static (int Partition, long Offset) KeyOf(SharedRecord<TKey, TValue> record) =>
        (record.Position.Partition, record.Position.Offset);

    private static StreamLogException LockLost(ErrorCode error) => new(
        error,
        "Something that was said of records does not hold, because their locks had run out. They are delivered again. "
        + "Take fewer at a time (MaxRecords), or renew them while the work takes long.");

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isStarted)
                return;
        }

        await _session.RetryAsync(
            (left, token) => _session.FindTopicAsync(_topic, mayCreate: true, left, token),
            _options.ApiTimeout,
            cancellationToken).ConfigureAwait(false);
        if (!_session.Broker.Speaks(ApiKey.ShareGroupHeartbeat))
            throw ClientErrors.NoShareGroups(Group);
        if (_options.OffsetReset is OffsetReset.Earliest or OffsetReset.Latest)
        {
            await _session.RetryAsync(
                (left, token) => ShareGroupSettings.SetAsync(
                    _session, Group, _options.OffsetReset == OffsetReset.Latest, left, token),
                _options.ApiTimeout,
                cancellationToken).ConfigureAwait(false);
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_isStarted)
                return;
            _isStarted = true;
        }

        _membership.Start();
    }

    private void ThrowIfEnded()
    {
        lock (_gate)
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_membership.Failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    private async ValueTask FetchAsync(CancellationToken ending, CancellationToken cancellationToken)
    {
        IReadOnlyList<SharedPartition> assignment = _membership.Assignment;
        if (assignment.Count == 0)
        {
            await _changed.WaitAsync(ending).ConfigureAwait(false);
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return;
        }

        bool isInVain;
        try
        {
            using ShareFetchResponse? response =
                await _link.FetchAsync(assignment, Refused, ending).ConfigureAwait(false);
            isInVain = response is null || !Take(response);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Who disposes it is told otherwise.
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            isInVain = true;
        }

        if (isInVain)
        {
            await Task.Delay(_options.RetryBackoff, _session.Time, ending)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes over what a fetch has brought.</summary>
    /// <returns><see langword="false"/> if a partition could not be read: a pause is due.</returns>
    private bool Take(ShareFetchResponse response)
    {
        bool isWhole = true;
        DateTimeOffset lockedUntil =
            _session.Time.GetUtcNow() + TimeSpan.FromMilliseconds(response.AcquisitionLockTimeoutMs);
        foreach (ShareFetchResponse.ShareFetchableTopicResponse topic in response.Responses)
        {
            foreach (ShareFetchResponse.PartitionData data in topic.Partitions)
            {
                isWhole &= data.ErrorCode == ErrorCode.None;
                TopicPartition name = new(_topic, data.PartitionIndex);
                if (data.ErrorCode is ErrorCode.CorruptMessage or ErrorCode.KafkaStorageError)
                    throw ClientErrors.ForPartition(data.ErrorCode, name);
                SharedPartition partition = new(topic.TopicId, data.PartitionIndex);
                SharedRun.Decode(
                    name,
                    data,
                    _serdes,
                    keepsRaw: _deadLetters is not null,
                    (record, count) => Add(new SharedRecord<TKey, TValue>(record, count, lockedUntil), topic.TopicId),
                    offset => _link.Pending.Add(partition, offset, PendingAcknowledgements.Gap));
            }
        }

        return isWhole;
    }

    private void Add(SharedRecord<TKey, TValue> record, Guid topicId)
    {
        lock (_gate)
        {
            _held[KeyOf(record)] = (record, topicId);
            if (_deadLetters is null || record.DeliveryCount <= _options.MaxDeliveries)
            {
                _fetched.Enqueue(record);
                return;
            }
        }

        // It had its chances: whoever had it last crashed, or was too slow.
        Reject(record, reason: null);
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SharedRecord<TKey, TValue>? record)
    {
        DateTimeOffset now = _session.Time.GetUtcNow();
        lock (_gate)
        {
            while (_fetched.TryDequeue(out record))
            {
                if (record.LockedUntil > now)
                    return true;
                _held.Remove(KeyOf(record));
            }
        }

        return false;
    }

    private void Say(SharedRecord<TKey, TValue> record, sbyte type)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!TryLetGo(record, out SharedPartition partition))
            return;

        _link.Pending.Add(partition, record.Position.Offset, type);
        ScheduleCommit();
    }

    /// <summary>Takes a record from those of which nothing was said yet.</summary>
    /// <returns><see langword="false"/> if something was, or if it has come again since.</returns>
    private bool TryLetGo(SharedRecord<TKey, TValue> record, out SharedPartition partition)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_gate)
        {
            bool isHeld = _held.TryGetValue(KeyOf(record), out (SharedRecord<TKey, TValue> Record, Guid TopicId) held)
                && ReferenceEquals(held.Record, record);
            partition = new SharedPartition(held.TopicId, record.Position.Partition);
            if (isHeld)
                _held.Remove(KeyOf(record));
            return isHeld;
        }
    }

    private async Task PutAsideAsync(
        SharedRecord<TKey, TValue> record, SharedPartition partition, Exception? reason)
    {
        sbyte said = PendingAcknowledgements.Reject;
        try
        {
            await _deadLetters!.AppendAsync(record, reason).ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            Log.CannotPutAside(_logger, exception, Group, record.Position);
            said = PendingAcknowledgements.Release;
            lock (_gate)
                _refusal ??= exception;
        }

        _link.Pending.Add(partition, record.Position.Offset, said);
        ScheduleCommit();
    }

    private void Track(Task letter)
    {
        lock (_gate)
            _letters.Add(letter);
        _ = letter.ContinueWith(
            done =>
            {
                lock (_gate)
                    _letters.Remove(done);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private void Refused(ErrorCode error)
    {
        Log.SaidInVain(_logger, Group, _topic, error);
        lock (_gate)
            _refusal ??= LockLost(error);
    }

    private void ScheduleCommit()
    {
        lock (_gate)
        {
            if (_nextCommit is not null || _isDisposed)
                return;
            _nextCommit = Deadline.Start(
                _session.Time,
                Durations.ForTimer(_options.CommitInterval),
                static consumer => ((ShareConsumer<TKey, TValue>)consumer!).CommitWhenDue(),
                this);
        }
    }

    private void CommitWhenDue()
    {
        lock (_gate)
            _nextCommit = null;
        _ = CommitByItselfAsync();
    }

    private async Task CommitByItselfAsync()
    {
        try
        {
            if (!_link.Pending.IsEmpty)
                await _link.AcknowledgeAsync(Refused).ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            Log.CannotCommit(_logger, exception, Group, _topic);
            ScheduleCommit();
        }
    }

    private async Task CommitAsync(Task[] letters)
    {
        await Task.WhenAll(letters).ConfigureAwait(false);
        for (int attempt = 1; !_link.Pending.IsEmpty; attempt++)
        {
            await _link.AcknowledgeAsync(Refused).ConfigureAwait(false);

            // The session was to be opened anew, which is done by the next attempt.
            const int AttemptsMax = 10;
            if (attempt == AttemptsMax)
                throw ClientErrors.Refused(ErrorCode.ShareSessionNotFound, "The acknowledgement");
        }
    }
}
