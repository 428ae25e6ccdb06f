using StreamLog.Clients;
using StreamLog.Clients.Handling;

namespace StreamLog;

/// <summary>Says how records of a topic are handled.</summary>
/// <remarks>Used while services are registered, by one thread. Without any setting, records are handled one after
/// another in each partition, are tried again three times, and then stay where they are: nothing is skipped.</remarks>
public sealed class HandlerBuilder
{
    private readonly string _topic;
    private readonly string _group;
    private readonly bool _isBatch;
    private LaneOrder _order = LaneOrder.Partition;
    private int _concurrency = 1;
    private int _prefetch = 500;
    private int _window = 10_000;
    private int _batchSize = 100;
    private TimeSpan _batchWait = TimeSpan.FromMilliseconds(100);
    private TimeSpan[] _retryDelays =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)];

    private string? _deadLetterTopic;
    private WhenExhausted _whenExhausted;
    private TimeSpan _drainTimeout = TimeSpan.FromSeconds(20);
    private Action<ConsumerOptions>? _consumer;

    internal HandlerBuilder(string topic, string group, bool isBatch)
    {
        _topic = topic;
        _group = group;
        _isBatch = isBatch;
    }

    /// <summary>Handles records with different keys of a partition at the same time. Those with the same key stay in
    /// order, and one that is tried again holds up those with its key, and no others until so many wait that
    /// <see cref="Prefetch"/> is reached.</summary>
    /// <param name="perPartitionByKey">How many at most, in each partition.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public HandlerBuilder Concurrency(int perPartitionByKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perPartitionByKey);
        _order = LaneOrder.Key;
        _concurrency = perPartitionByKey;
        return this;
    }

    /// <summary>Handles records of a partition at the same time, in no order at all.</summary>
    /// <param name="perPartition">How many at most, in each partition.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public HandlerBuilder Unordered(int perPartition)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perPartition);
        _order = LaneOrder.Nothing;
        _concurrency = perPartition;
        return this;
    }

    /// <summary>Sets how far reading may be ahead of handling, in each partition.</summary>
    /// <param name="records">How many records may be read and not done. The default is 500.</param>
    /// <param name="window">How many records may be read from the oldest one on that is not done, whether they are done
    /// or not: so many at most are handled again after a crash. The default is 10,000, or <paramref name="records"/>
    /// where that is more.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or the second is below the
    /// first.</exception>
    public HandlerBuilder Prefetch(int records, int? window = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(records);
        ArgumentOutOfRangeException.ThrowIfLessThan(window ?? records, records, nameof(window));
        _prefetch = records;
        _window = window ?? Math.Max(records, _window);
        return this;
    }

    /// <summary>Sets how large batches become. For batch handlers alone.</summary>
    /// <param name="size">The most records of a batch. The default is 100.</param>
    /// <param name="wait">How long a batch that is not full waits for further records. The default is 100 ms.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or the wait is negative.</exception>
    public HandlerBuilder Batches(int size, TimeSpan wait)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfLessThan(wait, TimeSpan.Zero);
        _batchSize = size;
        _batchWait = wait;
        return this;
    }

    /// <summary>Sets how often and when a record is tried again that the handler failed on.</summary>
    /// <param name="delays">The pause before each further attempt, on the average: a fifth of chance is added or taken
    /// away. None is one attempt alone. The default is 100 ms, 1 s and 10 s.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A record that cannot be decoded is not tried again.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A pause is negative.</exception>
    public HandlerBuilder Retry(params TimeSpan[] delays)
    {
        ArgumentNullException.ThrowIfNull(delays);
        foreach (TimeSpan delay in delays)
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero, nameof(delays));
        _retryDelays = [.. delays];
        return this;
    }

    /// <summary>Puts records aside that the handler failed on at every attempt: as they are, in another topic, with the
    /// <see cref="DeadLetterHeaders"/>. They are done once they are durable there.</summary>
    /// <param name="topic">The topic. It is created when the node starts, with the node's settings or those that the
    /// topic has elsewhere.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="StreamLogException">The name is not legal.</exception>
    public HandlerBuilder DeadLetterTo(string topic)
    {
        TopicNames.Check(topic);
        _deadLetterTopic = topic;
        return this;
    }

    /// <summary>Sets what becomes of records that the handler failed on at every attempt where there is no dead-letter
    /// topic.</summary>
    /// <param name="then">What. The default is <see cref="StreamLog.WhenExhausted.Pause"/>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public HandlerBuilder WhenExhausted(WhenExhausted then)
    {
        if (!Enum.IsDefined(then))
            throw new ArgumentOutOfRangeException(nameof(then), then, "Choose Pause, Stop or Skip.");
        _whenExhausted = then;
        return this;
    }

    /// <summary>Sets how long handlers that run may take to finish when the application stops, before they are asked to
    /// give up.</summary>
    /// <param name="timeout">The time. The default is 20 s, which fits into what a host waits for.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public HandlerBuilder DrainTimeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        _drainTimeout = timeout;
        return this;
    }

    /// <summary>Sets options of the consumer that reads for the handler. Its group, and when it commits, are the
    /// handler's.</summary>
    /// <param name="configure">Sets options, on top of the node's.</param>
    /// <returns>The same builder.</returns>
    public HandlerBuilder Consumer(Action<ConsumerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _consumer += configure;
        return this;
    }

    internal HandlerPlan Build()
    {
        string handler = $"The handler of group '{_group}' on topic '{_topic}'";
        if (_isBatch && _order != LaneOrder.Partition)
        {
            throw new InvalidOperationException(
                $"{handler} takes batches, which are handled one after another in each partition. Leave Concurrency " +
                "and Unordered out, or give the topic more partitions.");
        }

        int atOnce = _isBatch ? _batchSize : _concurrency;
        if (_prefetch < atOnce)
        {
            throw new InvalidOperationException(
                $"{handler} could never have {atOnce} records at once, since it reads {_prefetch} ahead. Raise " +
                "Prefetch.");
        }

        if (_deadLetterTopic == _topic)
        {
            throw new InvalidOperationException(
                $"{handler} would read its own dead letters again for ever. Choose another topic for them.");
        }

        return new HandlerPlan(_topic, _group)
        {
            IsBatch = _isBatch,
            Limits = new LaneLimits(_concurrency, _prefetch, _window, _isBatch ? _batchSize : 1),
            Order = _order,
            BatchWait = _batchWait,
            RetryDelays = _retryDelays,
            DeadLetterTopic = _deadLetterTopic,
            WhenExhausted = _whenExhausted,
            DrainTimeout = _drainTimeout,
            Consumer = _consumer,
        };
    }
}
