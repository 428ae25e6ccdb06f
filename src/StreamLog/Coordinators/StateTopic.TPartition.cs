using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Coordinators;

/// <summary>An internal topic: finds the partition that keeps the state of a key, and creates the topic for the first
/// of them.</summary>
/// <remarks>
/// Each of its partitions is read when the node starts, or when it is first needed; one whose state was lost is read
/// anew. Owned by the coordinator; thread-safe.
/// </remarks>
/// <typeparam name="TPartition">A partition with what it keeps.</typeparam>
internal abstract class StateTopic<TPartition>
    where TPartition : StatePartition
{
    // Compaction leaves the segment alone that is appended to. A start reads all of it, so it is smaller than Kafka's.
    private const int SegmentBytes = 16 * 1024 * 1024;

    /// <summary>How many partitions the topic is created with.</summary>
    /// <remarks>
    /// Kafka creates 50, to spread what hundreds of clients need over many nodes. Each partition has files of its
    /// own to create, recover and flush, which an embedded node would pay for with nothing in return. Four let changes
    /// of different keys be flushed side by side, and spread over a small cluster.
    /// </remarks>
    public const int PartitionCount = 4;

    private readonly string _name;
    private readonly ClusterMetadata _metadata;
    private readonly Controller _controller;
    private readonly Func<TopicPartition, ReplicatedPartition?> _find;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<int, TPartition> _partitions = [];
    private bool _isClosed;

    /// <summary>Creates the finder. It reads nothing yet.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="metadata">The metadata, to find the topic in and to create it.</param>
    /// <param name="controller">Who decides on that.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    protected StateTopic(
        string name,
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find)
    {
        _name = name;
        _metadata = metadata;
        _controller = controller;
        _find = find;
    }

    /// <summary>Reads what there is, so that the first request does not wait for it. A partition that cannot be read is
    /// logged.</summary>
    public void Load()
    {
        int count = _metadata.Image.FindTopic(_name)?.Partitions.Length ?? 0;
        for (int partition = 0; partition < count; partition++)
            Find(partition, out _);
    }

    /// <summary>Lists the partitions that have been read.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<TPartition> List()
    {
        lock (_gate)
            return [.. _partitions.Values];
    }

    /// <summary>Lists all partitions, and reads those that have not been read.</summary>
    /// <param name="error">Why some are missing, or None.</param>
    /// <returns>Those that can be read.</returns>
    public IReadOnlyList<TPartition> ListAll(out ErrorCode error)
    {
        error = ErrorCode.None;
        List<TPartition> found = [];
        int count = _metadata.Image.FindTopic(_name)?.Partitions.Length ?? 0;
        for (int number = 0; number < count; number++)
        {
            if (Find(number, out ErrorCode missing) is { } partition)
                found.Add(partition);
            else
                error = missing;
        }

        return found;
    }

    /// <summary>Refuses, from now on, all requests that wait for more than what is written.</summary>
    public void Close()
    {
        TPartition[] partitions;
        lock (_gate)
        {
            _isClosed = true;
            partitions = [.. _partitions.Values];
        }

        foreach (TPartition partition in partitions)
            partition.Close(ErrorCode.CoordinatorNotAvailable);
    }

    /// <summary>Answers everybody who still waits after <see cref="Close"/>: the disk may never come to it.</summary>
    public void ExpireAll()
    {
        foreach (TPartition partition in List())
            partition.Expire(ErrorCode.CoordinatorNotAvailable);
    }

    /// <summary>Finds the partition that keeps the state of a key.</summary>
    /// <param name="key">The key, such as a group's name.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="error">Why it cannot be found; None where the topic is not there yet.</param>
    /// <returns><see langword="true"/> if it was found.</returns>
    public bool TryFind(string key, [NotNullWhen(true)] out TPartition? partition, out ErrorCode error)
    {
        partition = null;
        error = ErrorCode.None;
        if (_metadata.Image.FindTopic(_name) is not { } topic)
            return false;

        partition = Find(KeyHash.PartitionOf(key, topic.Partitions.Length), out error);
        return partition is not null;
    }

    /// <summary>Finds a partition by its number.</summary>
    /// <param name="number">The number.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="error">Why it cannot be found.</param>
    /// <returns><see langword="true"/> if it was found.</returns>
    public bool TryFind(int number, [NotNullWhen(true)] out TPartition? partition, out ErrorCode error)
    {
        partition = null;
        error = ErrorCode.UnknownTopicOrPartition;
        if ((uint)number >= (uint)(_metadata.Image.FindTopic(_name)?.Partitions.Length ?? 0))
            return false;

        partition = Find(number, out error);
        return partition is not null;
    }

    /// <summary>Finds the partition that keeps the state of a key, and creates the topic where it is not
    /// there.</summary>
    /// <param name="key">The key, such as a group's name.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The partition, or why there is none.</returns>
    public async ValueTask<(TPartition? Partition, ErrorCode Error)> FindOrCreateAsync(
        string key, CancellationToken cancellationToken)
    {
        if (TryFind(key, out TPartition? partition, out ErrorCode error))
            return (partition, ErrorCode.None);

        // Where somebody else is just creating the topic, this waits for that.
        if (error is not (ErrorCode.None or ErrorCode.CoordinatorLoadInProgress))
            return (null, error);

        await CreateAsync(cancellationToken).ConfigureAwait(false);
        return TryFind(key, out partition, out error) ? (partition, error) : (null, ErrorAfterCreation(error));
    }

    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>The partition with what it keeps.</returns>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    protected abstract TPartition Open(ReplicatedPartition partition);

    /// <summary>Is told of a partition that cannot be read.</summary>
    /// <param name="exception">Why.</param>
    /// <param name="partition">The partition.</param>
    protected abstract void CannotLoad(Exception exception, TopicPartition partition);

    // Where the partition is not there by now it is not being loaded: it could not be opened.
    private static ErrorCode ErrorAfterCreation(ErrorCode error) => error switch
    {
        ErrorCode.None => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.CoordinatorLoadInProgress => ErrorCode.KafkaStorageError,
        _ => error,
    };

    private TPartition? Find(int number, out ErrorCode error)
    {
        error = ErrorCode.None;
        lock (_gate)
        {
            if (_find(new TopicPartition(_name, number)) is not { } partition)
            {
                error = ErrorCode.CoordinatorLoadInProgress;
                return null;
            }

            // A repair has put another partition in the place of the one that was read, or its state was lost.
            if (!_isClosed
                && _partitions.TryGetValue(number, out TPartition? known)
                && (!ReferenceEquals(known.Partition, partition) || known.IsLost))
            {
                _partitions.Remove(number);
            }

            error = StateErrors.Of(partition.Failure?.ErrorCode ?? ErrorCode.None);
            return error == ErrorCode.None ? FindOrRead(number, partition, out error) : null;
        }
    }

    private TPartition? FindOrRead(int number, ReplicatedPartition partition, out ErrorCode error)
    {
        error = ErrorCode.None;
        if (_partitions.TryGetValue(number, out TPartition? known))
            return known;

        // What is still on its way to the disk belongs to the state too. It will be there soon.
        if (_isClosed || partition.HighWatermark < partition.Log.LogEndOffset)
        {
            error = ErrorCode.CoordinatorNotAvailable;
            return null;
        }

        try
        {
            known = Open(partition);
            _partitions.Add(number, known);
            return known;
        }
        catch (StreamLogException exception)
        {
            CannotLoad(exception, partition.TopicPartition);
            error = StateErrors.Of(exception.ErrorCode);
            return null;
        }
    }

    private async ValueTask CreateAsync(CancellationToken cancellationToken)
    {
        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = _name,
            NumPartitions = PartitionCount,
            ReplicationFactor = -1,
        };
        Add(TopicConfigs.CleanupPolicy, TopicConfigs.CleanupCompact);
        Add(TopicConfigs.SegmentBytes, SegmentBytes.ToString(CultureInfo.InvariantCulture));
        Add(TopicConfigs.MaxMessageBytes, StateLog<object>.BatchBytesMax.ToString(CultureInfo.InvariantCulture));
        Add(TopicConfigs.DurabilityName, nameof(Durability.OnCommit));
        CreateTopicsRequest request = new() { Topics = { topic } };

        // Somebody else may have been first, which is as good.
        await _metadata
            .ChangeAsync(image => _controller.CreateTopics(image, request), cancellationToken)
            .ConfigureAwait(false);

        void Add(string name, string value) =>
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = name, Value = value });
    }
}
