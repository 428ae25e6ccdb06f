using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Clients.Producing;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients;

/// <summary>The producer of applications, over any broker.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <remarks>
/// Thread-safe. A record is serialized on its caller's thread, without a lock, and copied into the batch of its
/// partition. It is awaited through a pooled object, or by nobody.
/// </remarks>
internal sealed class Producer<TKey, TValue> : IProducer<TKey, TValue>
{
    private readonly ProducerEngine _engine;
    private readonly bool _ownsEngine;
    private readonly ISerializer<TKey> _keySerializer;
    private readonly ISerializer<TValue> _valueSerializer;
    private readonly IPartitioner _partitioner;

    /// <summary>Creates a producer. It asks nothing of the broker before the first record.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works. They are not to be changed any more.</param>
    /// <param name="keySerializer">Writes keys.</param>
    /// <param name="valueSerializer">Writes values.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    public Producer(
        IBroker broker,
        INodeEnvironment environment,
        ProducerOptions options,
        ISerializer<TKey> keySerializer,
        ISerializer<TValue> valueSerializer,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null)
        : this(new ProducerEngine(broker, environment, options, loggers, metrics), keySerializer, valueSerializer) =>
        _ownsEngine = true;

    /// <summary>Creates one of several producers of an engine, which outlives them.</summary>
    /// <param name="engine">What sends.</param>
    /// <param name="keySerializer">Writes keys.</param>
    /// <param name="valueSerializer">Writes values.</param>
    public Producer(ProducerEngine engine, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer)
    {
        ArgumentNullException.ThrowIfNull(keySerializer);
        ArgumentNullException.ThrowIfNull(valueSerializer);
        _engine = engine;
        _keySerializer = keySerializer;
        _valueSerializer = valueSerializer;
        _partitioner = engine.Options.Partitioner ?? Murmur2Partitioner.Instance;
    }

    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public ValueTask<LogPosition> AppendAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default)
    {
        ProducerTopic target = _engine.Topic(topic);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<LogPosition>(cancellationToken);
        return Submit(
            target, record, _engine.Transaction?.Enter() ?? 0, Urgency.Inline, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        string topic, IEnumerable<ProducerRecord<TKey, TValue>> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ProducerTopic target = _engine.Topic(topic);
        cancellationToken.ThrowIfCancellationRequested();

        int transaction = _engine.Transaction?.EnterList() ?? 0;
        List<ValueTask<LogPosition>> waits = [];
        Exception? failure = null;
        try
        {
            foreach (ProducerRecord<TKey, TValue> record in records)
            {
                ValueTask<LogPosition> wait =
                    Submit(target, record, transaction, Urgency.Pooled, cancellationToken);
                waits.Add(wait);

                // One that stands in line is waited for, so that those behind it do not pile up in the line.
                if (!target.IsOpen && !wait.IsCompleted)
                    await target.WaitForTurnAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            _engine.Transaction?.LeaveList();
        }

        LogPosition[] positions = new LogPosition[waits.Count];
        for (int i = 0; i < positions.Length; i++)
        {
            try
            {
                positions[i] = await waits[i].ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                failure ??= exception;
            }
        }

        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        return positions;
    }

    /// <inheritdoc/>
    public ValueTask EnqueueAsync(
        string topic, ProducerRecord<TKey, TValue> record, CancellationToken cancellationToken = default)
    {
        ProducerTopic target = _engine.Topic(topic);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        int transaction = _engine.Transaction?.Enter() ?? 0;
        if (target.IsOpen && TryAppend(target, record, completion: null, transaction, Urgency.Pooled))
            return ValueTask.CompletedTask;

        AppendCompletion completion = AppendCompletion.Rent();
        completion.CancelOn(cancellationToken);
        ValueTask task = completion.AsAdmissionTask();
        target.Wait(new Pending(this, target, record, completion, transaction, isAdmissionAwaited: true)
        {
            LooksFirst = IsUnknown(target, record),
        });
        return task;
    }

    /// <inheritdoc/>
    public bool TryEnqueue(string topic, ProducerRecord<TKey, TValue> record)
    {
        ProducerTopic target = _engine.Topic(topic);
        if (target.PartitionCount == 0)
        {
            target.Refresh();
            if (target.PartitionCount == 0)
                return false;
        }

        int transaction = _engine.Transaction?.Enter() ?? 0;
        return target.IsOpen && TryAppend(target, record, completion: null, transaction, Urgency.Pooled);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => _engine.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _ownsEngine ? _engine.DisposeAsync() : ValueTask.CompletedTask;

    private ValueTask<LogPosition> Submit(
        ProducerTopic topic,
        in ProducerRecord<TKey, TValue> record,
        int transaction,
        Urgency urgency,
        CancellationToken cancellationToken)
    {
        AppendCompletion completion = AppendCompletion.Rent();
        if (topic.IsOpen)
        {
            bool isAppended = false;
            try
            {
                completion.TryAdmit();
                isAppended = TryAppend(topic, record, completion, transaction, urgency);
            }
            finally
            {
                if (!isAppended)
                    completion.Abandon();
            }

            if (isAppended)
            {
                ValueTask<LogPosition> task = completion.AsPositionTask();
                completion.CancelOn(cancellationToken);
                return task;
            }

            completion = AppendCompletion.Rent();
        }

        ValueTask<LogPosition> wait = completion.AsPositionTask();
        completion.CancelOn(cancellationToken);
        topic.Wait(new Pending(this, topic, record, completion, transaction, isAdmissionAwaited: false)
        {
            LooksFirst = IsUnknown(topic, record),
        });
        return wait;
    }

    /// <summary>Appends a record, unless the topic has to be looked at first. What the record itself is wrong with is
    /// thrown.</summary>
    private bool TryAppend(
        ProducerTopic topic,
        in ProducerRecord<TKey, TValue> record,
        AppendCompletion? completion,
        int transaction,
        Urgency urgency)
    {
        // A partition that nobody knows may have been added just now.
        if (IsUnknown(topic, record) && !topic.TryLook())
            return false;

        Append(topic, record, completion, transaction, urgency);
        return true;
    }

    private void Append(
        ProducerTopic topic,
        in ProducerRecord<TKey, TValue> record,
        AppendCompletion? completion,
        int transaction,
        Urgency urgency)
    {
        _engine.ThrowIfDisposed();
        SerializerScratch? keyScratch = null;
        SerializerScratch? valueScratch = null;
        try
        {
            bool hasKey = record.Key is not null;
            ReadOnlySpan<byte> key = hasKey
                ? SerializerScratch.BytesOf(record.Key!, _keySerializer, ref keyScratch) : default;
            int count = topic.PartitionCount;
            int partition = Check(topic, record.Partition ?? (hasKey
                ? _partitioner.ChoosePartition(topic.Name, key, count) : topic.StickyPartition(count)));
            bool hasValue = record.Value is not null;
            AppendEntry entry = new()
            {
                Key = key,
                HasKey = hasKey,
                Value = hasValue
                    ? SerializerScratch.BytesOf(record.Value!, _valueSerializer, ref valueScratch) : default,
                HasValue = hasValue,
                Timestamp = record.Timestamp,
                Headers = record.Headers,
                Transaction = transaction,
            };
            topic.Queues[partition].Append(entry, completion, urgency);
        }
        finally
        {
            valueScratch?.Return();
            keyScratch?.Return();
        }
    }

    private static bool IsUnknown(ProducerTopic topic, in ProducerRecord<TKey, TValue> record) =>
        record.Partition is { } chosen && (uint)chosen >= (uint)topic.PartitionCount;

    private static int Check(ProducerTopic topic, int partition)
    {
        int count = topic.PartitionCount;
        return (uint)partition < (uint)count ? partition : throw ClientErrors.NoPartition(topic.Name, partition, count);
    }

    /// <summary>A record in line.</summary>
    private sealed class Pending(
        Producer<TKey, TValue> producer,
        ProducerTopic topic,
        ProducerRecord<TKey, TValue> record,
        AppendCompletion completion,
        int transaction,
        bool isAdmissionAwaited)
        : PendingRecord(topic, completion, transaction, isAdmissionAwaited)
    {
        protected override void Append(AppendCompletion? completion) => producer.Append(
            Topic, record, completion, Transaction, completion is null ? Urgency.Pooled : Urgency.Inline);
    }
}
