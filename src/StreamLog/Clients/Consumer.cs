using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Clients.Consuming;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Clients;

/// <summary>The consumer of applications, over any broker.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// One reads at a time, on its own thread; everything else may be called from any thread. Records are decoded one at a
/// time, as they are yielded.
/// </remarks>
internal sealed partial class Consumer<TKey, TValue> : IConsumer<TKey, TValue>
{
    private readonly ConsumerOptions _options;
    private readonly (IDeserializer<TKey> Key, IDeserializer<TValue> Value) _serdes;
    private readonly BrokerSession _session;
    private readonly ReadingSet _readings;
    private readonly FetchLoop _loop;
    private readonly ReaderTurn _turn = new();
    private readonly PartitionStarts _starts;
    private readonly ClientMetrics _metrics;

    // How many records the reader took, and of which partition, that are not counted yet. Only the one that reads
    // touches them.
    private long _taken;
    private TopicPartition _takenFrom;

    // Whether reading ends at given offsets. Only its creator asks for that, before anybody reads.
    private bool _isBounded;

    /// <summary>Creates a consumer that reads nothing yet.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works. They are not to be changed any more.</param>
    /// <param name="keyDeserializer">Reads keys.</param>
    /// <param name="valueDeserializer">Reads values.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    public Consumer(
        IBroker broker,
        INodeEnvironment environment,
        ConsumerOptions options,
        IDeserializer<TKey> keyDeserializer,
        IDeserializer<TValue> valueDeserializer,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(keyDeserializer);
        ArgumentNullException.ThrowIfNull(valueDeserializer);
        ArgumentNullException.ThrowIfNull(loggers);
        _options = options;
        _serdes = (keyDeserializer, valueDeserializer);
        _session = new BrokerSession(broker, environment, options.ClientId, options.RetryBackoff);
        Offsets = new OffsetLookup(_session, options.Isolation);
        _metrics = metrics ?? StreamLogMetrics.Unobserved.Clients;
        Groups = new GroupOffsets(_session, _metrics);
        _readings = new ReadingSet(options);
        _starts = new PartitionStarts(_session, options, Offsets, Groups);
        ILogger logger = loggers.CreateLogger("StreamLog.Consumer");
        FetchFailures failures = new(_session, options, _readings, Offsets, logger);
        _loop = new FetchLoop(_session, options, _readings, failures, _metrics, logger);
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<TopicPartition> Assignment => _readings.Partitions();

    /// <summary>Gets what finds the ends of partitions.</summary>
    internal OffsetLookup Offsets { get; }

    /// <summary>Gets what keeps committed offsets.</summary>
    internal GroupOffsets Groups { get; }

    /// <summary>Gets the way to the broker.</summary>
    internal BrokerSession Session => _session;

    /// <summary>Gets or sets who hears of records that are handed out and done.</summary>
    internal IRecordTracker? Tracker { get; set; }

    /// <summary>Gets the partition whose failure was thrown last, for the one who reads.</summary>
    internal TopicPartition? LastFailed { get; private set; }

    /// <summary>Gets or sets whether every record keeps its bytes, and not only those that cannot be decoded.</summary>
    internal bool KeepsRaw { get; init; }

    /// <summary>Gets a hash of the bytes of the key of the record that was yielded last, for the one who reads;
    /// <see langword="null"/> if it has none.</summary>
    internal int? LastKeyHash { get; private set; }

    /// <summary>Gets where the reader is.</summary>
    internal ReaderTurn Turn => _turn;

    /// <summary>Gets the number of bytes that were fetched ahead.</summary>
    internal long FetchedAhead => _readings.Buffered;

    /// <inheritdoc/>
    public ValueTask AssignAsync(
        IEnumerable<TopicPartition> partitions, StartAt? startAt = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        return AssignAsync([.. partitions], startAt, ends: null, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask SeekAsync(
        TopicPartition partition, StartAt startAt, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        _readings.Find(partition);
        List<PartitionReading> begun =
            await _starts.FindAsync([partition], startAt, ends: null, cancellationToken).ConfigureAwait(false);
        _readings.Find(partition);
        _readings.Replace(before: null, begun[0]);
        _loop.Look();
    }

    /// <inheritdoc/>
    public void Pause(params IEnumerable<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        ThrowIfDisposed();
        _readings.SetPaused(partitions, isPaused: true);
        _loop.Look();
    }

    /// <inheritdoc/>
    public void Resume(params IEnumerable<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        ThrowIfDisposed();
        _readings.SetPaused(partitions, isPaused: false);
        _loop.Look();
        _loop.WakeReader();
    }

    /// <inheritdoc/>
    public long Position(TopicPartition partition)
    {
        ThrowIfDisposed();
        return _readings.Find(partition).Position;
    }

    /// <inheritdoc/>
    public async ValueTask<long> LagAsync(TopicPartition partition, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        _readings.Find(partition);
        IReadOnlyDictionary<TopicPartition, long> ends = await Offsets
            .FindAsync([partition], StartAt.Latest, _options.ApiTimeout, cancellationToken).ConfigureAwait(false);
        return Math.Max(0, ends[partition] - _readings.Find(partition).Position);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Record<TKey, TValue>> ReadAllAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _turn.Pass();
                if (TryReadNext(out Record<TKey, TValue>? record))
                    yield return record;
                else if (!await WaitAsync(hasRecords: false, cancellationToken).ConfigureAwait(false))
                    yield break;
            }
        }
        finally
        {
            EndReading();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<Record<TKey, TValue>>> ReadBatchesAsync(
        int maxRecords, TimeSpan maxWait, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecords);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWait, TimeSpan.Zero);
        Begin();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _turn.Pass();
                (List<Record<TKey, TValue>> batch, Exception? failure) =
                    await FillAsync(maxRecords, maxWait, cancellationToken).ConfigureAwait(false);

                // What was read before a failure has moved the positions, so it is handed out first.
                if (batch.Count > 0)
                    yield return batch;
                if (failure is not null)
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
                if (batch.Count == 0)
                    yield break;
            }
        }
        finally
        {
            EndReading();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordLease> ReadLeasesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Begin();
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _turn.Pass();
                if (TryTakeLease() is { } lease)
                    yield return lease;
                else if (!await WaitAsync(hasRecords: false, cancellationToken).ConfigureAwait(false))
                    yield break;
            }
        }
        finally
        {
            EndReading();
        }
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(CancellationToken cancellationToken = default) =>
        CommitAsync(Positions(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask CommitAsync(
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ThrowIfDisposed();
        return Groups.CommitAsync(Group(), offsets, _options.ApiTimeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<OffsetAndMetadata?> CommittedAsync(
        TopicPartition partition, CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        Dictionary<TopicPartition, OffsetAndMetadata> committed = await Groups
            .FetchAsync(Group(), [partition], _options.ApiTimeout, cancellationToken).ConfigureAwait(false);
        return committed.TryGetValue(partition, out OffsetAndMetadata offset) ? offset : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _readings.Close();
        await _loop.DisposeAsync().ConfigureAwait(false);
        _readings.Close();
    }

    /// <summary>Reads these partitions, and no others, perhaps only up to given offsets.</summary>
    internal async ValueTask AssignAsync(
        IReadOnlyCollection<TopicPartition> partitions,
        StartAt? startAt,
        IReadOnlyDictionary<TopicPartition, long>? ends,
        CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        _isBounded = ends is not null;
        HashSet<TopicPartition> wanted = [.. partitions];
        HashSet<TopicPartition> kept = [.. _readings.Partitions().Where(wanted.Contains)];
        List<TopicPartition> added = [.. wanted.Where(partition => !kept.Contains(partition))];
        List<PartitionReading> begun = added.Count == 0
            ? []
            : await _starts.FindAsync(added, startAt, ends, cancellationToken).ConfigureAwait(false);
        _readings.Assign(kept, begun);
        _loop.Look();
        _loop.WakeReader();
    }

    /// <summary>Has the reader throw an error once it has read what was fetched.</summary>
    internal void Fail(Exception failure)
    {
        Dictionary<TopicPartition, PartitionReading> readings = _readings.Readings();
        foreach (PartitionReading reading in readings.Values)
            _readings.Fail(reading, failure);
        if (readings.Count == 0)
            _loop.Fail(failure);
        _loop.WakeReader();
    }

    private void Begin()
    {
        _readings.BeginReading();
        _loop.Start();
    }

    private bool TryReadNext([NotNullWhen(true)] out Record<TKey, TValue>? record)
    {
        while (_readings.Take() is { } reading)
        {
            if (_readings.TakeFailure(reading) is { } failure)
                ThrowFailure(reading, failure);
            if (TryRead(reading, out record))
                return true;
        }

        record = null;
        return false;
    }

    private bool TryRead(
        PartitionReading reading, [NotNullWhen(true)] out Record<TKey, TValue>? record)
    {
        record = null;
        if (reading.IsStale || reading.IsPaused || reading.Current is not { } run)
        {
            Return(isFinished: false);
            return false;
        }

        RecordView view;
        try
        {
            if (!run.TryReadNext(reading.Position, out view))
            {
                if (run.BatchEnd > reading.Position)
                {
                    reading.Position = run.BatchEnd;
                    Tracker?.Skip(reading.Partition, run.BatchEnd);
                }

                Return(isFinished: true);
                return false;
            }
        }
        catch (StreamLogException exception)
        {
            ThrowFailure(reading, exception);
            throw;
        }

        if (view.Offset >= reading.EndOffset)
        {
            reading.Position = view.Offset;
            Return(isFinished: true);
            return false;
        }

        _taken++;
        _takenFrom = reading.Partition;
        IRecordCompletion? completion = Tracker?.Begin(reading.Partition, view.Offset);
        record = RecordDecoding.Decode(reading.Partition, run, view, _serdes, completion, KeepsRaw);
        LastKeyHash = view.HasKey ? Murmur2Partitioner.Hash(view.Key) : null;
        reading.Position = view.Offset + 1;
        return true;
    }

    private LeasedRun? TryTakeLease()
    {
        while (_readings.Take() is { } reading)
        {
            if (_readings.TakeFailure(reading) is { } failure)
                ThrowFailure(reading, failure);
            if (reading.IsStale || reading.IsPaused || reading.Current is not { } run)
            {
                Return(isFinished: false);
                continue;
            }

            long from = reading.Position;
            long end = run.End;
            reading.Position = Math.Max(from, end);
            bool isEmpty = from >= reading.EndOffset || end <= from || run.IsWithoutRecords;
            if (!isEmpty && _metrics.CountsConsumed)
                (_taken, _takenFrom) = (run.CountRecords(from, reading.EndOffset), reading.Partition);
            Return(isFinished: true, keepsRun: !isEmpty);
            if (!isEmpty)
                return new LeasedRun(reading.Partition, run, from, Math.Min(end, reading.EndOffset), reading.EndOffset);
        }

        return null;
    }

    /// <summary>Gives the reading back, and lets the room it took be filled again.</summary>
    private void Return(bool isFinished, bool keepsRun = false)
    {
        CountTaken();
        _readings.Return(isFinished, keepsRun);
        _loop.Look();
    }

    private void EndReading()
    {
        CountTaken();
        _readings.EndReading();
        _turn.Leave();
    }

    private void CountTaken()
    {
        if (_taken > 0 && _metrics.CountsConsumed)
            _metrics.Consumed(_takenFrom, _options.Group, _taken);
        _taken = 0;
    }

    /// <summary>Throws, after making the partition be fetched anew from where it stands, for whoever reads
    /// next.</summary>
    private void ThrowFailure(PartitionReading reading, Exception failure)
    {
        LastFailed = reading.Partition;
        CountTaken();
        _readings.Return(isFinished: true);
        _readings.Replace(reading, reading.From(reading.Position));
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>Waits for something to read. False: there is nothing more, since the consumer or all readings are at
    /// their end.</summary>
    private async ValueTask<bool> WaitAsync(bool hasRecords, CancellationToken cancellationToken)
    {
        if (IsOver())
            return false;
        _turn.Wait(hasRecords);
        if (!await _loop.WaitAsync(cancellationToken).ConfigureAwait(false))
            throw new OperationCanceledException(cancellationToken);
        _turn.Look();
        return true;
    }

    private bool IsOver()
    {
        if (_readings.IsClosed || (_isBounded && _readings.IsOver()))
            return true;
        _loop.ThrowIfFailed();
        return false;
    }

    private async ValueTask<(List<Record<TKey, TValue>> Batch, Exception? Failure)> FillAsync(
        int maxRecords, TimeSpan maxWait, CancellationToken cancellationToken)
    {
        List<Record<TKey, TValue>> batch = [];
        BatchWait? wait = null;
        try
        {
            while (batch.Count < maxRecords)
            {
                if (TryReadNext(out Record<TKey, TValue>? record))
                {
                    batch.Add(record);
                    continue;
                }

                if (batch.Count > 0)
                    wait ??= BatchWait.Start(_session.Time, maxWait, _loop);
                bool isDue = wait is { IsOver: true } || (batch.Count > 0 && _turn.IsAsked);
                if (isDue || !await WaitAsync(batch.Count > 0, cancellationToken).ConfigureAwait(false))
                    break;
            }

            return (batch, null);
        }
        catch (Exception exception)
        {
            return (batch, exception);
        }
        finally
        {
            wait?.Stop();
        }
    }

    private string Group() => _options.Group ?? throw new InvalidOperationException(
        "The consumer has no group. Set ConsumerOptions.Group to the name under which offsets are to be kept.");

    private void ThrowIfDisposed()
    {
        if (_readings.IsClosed)
            throw new ObjectDisposedException("Consumer", "The consumer was disposed. Create another one.");
    }
}
