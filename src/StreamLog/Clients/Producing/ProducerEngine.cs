using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients.Producing;

/// <summary>What a producer is without its types: topics, buffer, identity, and its end.</summary>
/// <remarks>Thread-safe. One belongs to each producer.</remarks>
internal sealed partial class ProducerEngine : IAsyncDisposable
{
    /// <summary>How old the knowledge of a topic may be: added partitions are used that soon.</summary>
    public static readonly TimeSpan MetadataAge = TimeSpan.FromSeconds(3);

    // This part of a batch is left free. Whether a record fits is known once it is written, behind all others: without
    // room for it the last one of each batch would double an array of the pool, for nothing.
    private const int SpareShare = 32;

    private readonly ConcurrentDictionary<string, ProducerTopic> _topics = new(StringComparer.Ordinal);
    private readonly Func<string, ProducerTopic> _createTopic;
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly ILogger _logger;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private StreamLogException? _firstFailure;
    private Task? _disposal;

    // What the last record was for: most producers append to one topic.
    private ProducerTopic? _last;

    /// <summary>Creates the engine of a producer.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="options">How it works. They are not to be changed any more.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="metrics">What it counts with; <see langword="null"/> is nothing.</param>
    /// <param name="transactionalId">The name of a producer of transactions; <see langword="null"/> is one of single
    /// records.</param>
    public ProducerEngine(
        IBroker broker,
        INodeEnvironment environment,
        ProducerOptions options,
        ILoggerFactory loggers,
        ClientMetrics? metrics = null,
        string? transactionalId = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        Session = new BrokerSession(broker, environment, options.ClientId, options.RetryBackoff);
        Options = options;
        Metrics = metrics ?? StreamLogMetrics.Unobserved.Clients;
        RetryPause = new Backoff(environment, options.RetryBackoff, options.RetryBackoffMax);
        IsIdempotent = options.Idempotence ?? options.Acks == Acks.All;
        Space = new BufferSpace(options.BufferBytes);
        Identity = new ProducerIdentity(this);
        Transaction = transactionalId is null ? null : new TransactionScope(transactionalId, GiveUpSoon);
        Linger = Durations.ToTimestamp(Time, options.Linger);
        DeliveryTimeout = Durations.ToTimestamp(Time, options.DeliveryTimeout);
        RequestTimeout = Durations.ToTimestamp(Time, options.RequestTimeout);
        int batchBytes = Math.Min(options.BatchBytes, options.MaxRequestBytes);
        BatchBytes = Math.Max(1, batchBytes - (batchBytes / SpareShare));
        Disposing = _disposing.Token;
        Closed = _closed.Token;
        _logger = loggers.CreateLogger("StreamLog.Producer");
        _createTopic = name =>
        {
            TopicNames.Check(name);
            return new ProducerTopic(this, name);
        };
    }

    /// <summary>Gets the way to the broker.</summary>
    public BrokerSession Session { get; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time => Session.Time;

    /// <summary>Gets how the producer works.</summary>
    public ProducerOptions Options { get; }

    /// <summary>Gets whether logs drop what is sent twice.</summary>
    public bool IsIdempotent { get; }

    /// <summary>Gets what the producer counts with.</summary>
    public ClientMetrics Metrics { get; }

    /// <summary>Gets the pauses before retries.</summary>
    public Backoff RetryPause { get; }

    /// <summary>Gets the count of bytes that wait.</summary>
    public BufferSpace Space { get; }

    /// <summary>Gets the producer's id.</summary>
    public ProducerIdentity Identity { get; }

    /// <summary>Gets the transaction that records go into; <see langword="null"/> where each counts for
    /// itself.</summary>
    public TransactionScope? Transaction { get; }

    /// <summary>Gets the size at which batches are closed.</summary>
    public int BatchBytes { get; }

    /// <summary>Gets how long a batch lingers, in the clock's units.</summary>
    public long Linger { get; }

    /// <summary>Gets how long a record may take, in the clock's units.</summary>
    public long DeliveryTimeout { get; }

    /// <summary>Gets how long a request may take, in the clock's units.</summary>
    public long RequestTimeout { get; }

    /// <summary>Gets what is cancelled when no more records are taken.</summary>
    public CancellationToken Disposing { get; }

    /// <summary>Gets what is cancelled when nothing is sent any more.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Gets whether no more records are taken.</summary>
    public bool IsDisposed => _disposing.IsCancellationRequested;

    /// <summary>Returns a topic, known or not.</summary>
    /// <param name="name">The topic's name.</param>
    /// <returns>The topic.</returns>
    /// <exception cref="ObjectDisposedException">The producer was disposed.</exception>
    /// <exception cref="StreamLogException">The name is not legal.</exception>
    public ProducerTopic Topic(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        ProducerTopic? last = Volatile.Read(ref _last);
        if (last is not null && (ReferenceEquals(last.Name, name) || last.Name == name))
            return last;

        ProducerTopic topic = _topics.GetOrAdd(name, _createTopic);
        Volatile.Write(ref _last, topic);
        return topic;
    }

    /// <summary>Counts a batch that is over, where somebody wants to know.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="failure">Why it was given up, or <see langword="null"/>.</param>
    public void CountSent(TopicPartition partition, ProducerBatch batch, ProduceFailure? failure)
    {
        if (Metrics.CountsSent)
            Metrics.Sent(partition, batch.Count, Time.GetElapsedTime(batch.OpenedAt), failure?.Code.ToString());
    }

    /// <summary>Throws if no more records are taken.</summary>
    /// <exception cref="ObjectDisposedException">The producer was disposed.</exception>
    public void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw Disposed();
    }

    /// <summary>Returns what callers are told who come too late.</summary>
    /// <returns>A new exception.</returns>
    public static ObjectDisposedException Disposed() =>
        new("Producer", "The producer was disposed, so nothing was appended. Create another one.");

    /// <summary>Keeps the failure of a batch for the next flush, if nobody else is told.</summary>
    /// <param name="batch">The batch. Its queue, which holds its gate, still has it: so no flush misses both of
    /// them.</param>
    /// <param name="failure">Why it was given up.</param>
    /// <returns>The failure.</returns>
    public ProduceFailure KeepFailure(ProducerBatch batch, ProduceFailure failure)
    {
        Transaction?.Fail(failure);
        if (batch.HasUnawaited)
        {
            lock (_gate)
                _firstFailure ??= failure.ToException();
        }

        return failure;
    }

    /// <summary>Sends everything that waits, and waits until it is acknowledged or given up.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes then.</returns>
    /// <exception cref="StreamLogException">The first failure since the last flush that nobody else was told
    /// of.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        await SendAllAsync(close: false, cancellationToken).ConfigureAwait(false);

        StreamLogException? failure;
        lock (_gate)
        {
            failure = _firstFailure;
            _firstFailure = null;
        }

        if (failure is not null)
            throw failure;
    }

    /// <summary>Sends everything that has been admitted, and waits until it is acknowledged or given up. What fails is
    /// told to nobody but those who wait for it, and to the transaction.</summary>
    /// <returns>A task that completes then. Every batch is given up when its delivery timeout is over.</returns>
    public async ValueTask SettleAsync()
    {
        await SendAllAsync(close: false, CancellationToken.None).ConfigureAwait(false);
        lock (_gate)
            _firstFailure = null;
    }

    /// <summary>Waits until nobody stands in line who does so now.</summary>
    /// <returns>A task that completes when their records are admitted or refused.</returns>
    public async ValueTask AdmitAllAsync()
    {
        foreach (ProducerTopic topic in _topics.Values)
        {
            if (!topic.HasLine)
                continue;
            try
            {
                await topic.WaitForTurnAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // Whoever stood before it has been refused too, or stands there still.
                Transaction?.Fail(TransactionErrors.FailureOf(exception));
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
            return new ValueTask(_disposal ??= CloseAsync());
    }

    // Whoever reports the failure of a transaction holds the gate of a queue.
    private void GiveUpSoon(ProduceFailure failure) => ThreadPool.UnsafeQueueUserWorkItem(
        static given => given.Engine.GiveUp(given.Failure), (Engine: this, Failure: failure), preferLocal: false);

    private void GiveUp(ProduceFailure failure)
    {
        foreach (ProducerTopic topic in _topics.Values)
        {
            foreach (PartitionQueue queue in topic.Queues)
                queue.GiveUpWaiting(failure, isOfTransaction: true);
        }
    }

    private async Task CloseAsync()
    {
        // Not under the caller's gate, and not on its thread: tokens run what is registered with them.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _disposing.CancelAsync().ConfigureAwait(false);
        Space.Close();

        // It ends by itself: every batch is given up when its delivery timeout is over.
        await SendAllAsync(close: true, CancellationToken.None).ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        foreach (ProducerTopic topic in _topics.Values)
        {
            foreach (PartitionQueue queue in topic.Queues)
                queue.Dispose();
        }
    }

    private async ValueTask SendAllAsync(bool close, CancellationToken cancellationToken)
    {
        List<Task> unresolved = [];
        foreach (ProducerTopic topic in _topics.Values)
        {
            foreach (PartitionQueue queue in topic.Queues)
                queue.Flush(unresolved, close);
        }

        await Task.WhenAll(unresolved).WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
