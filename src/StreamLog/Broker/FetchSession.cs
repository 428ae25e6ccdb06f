using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>What one client fetches, from one request to the next, so that it need not say it each time
/// (KIP-227).</summary>
/// <remarks>Owned by the <see cref="FetchSessions"/>. Thread-safe: a client may send a request twice.</remarks>
internal sealed class FetchSession
{
    private readonly Lock _gate = new();
    private long _lastUsedAt;
    private int _size;

    // Below here: guarded by _gate.

    /// <summary>The partitions, in the order in which they are read: those that had records last come last.</summary>
    private readonly LinkedList<(SessionKey Key, SessionPartition Partition)> _order = new();

    private readonly Dictionary<SessionKey, LinkedListNode<(SessionKey Key, SessionPartition Partition)>> _byKey = [];

    /// <summary>The epoch that the next request must come with.</summary>
    private int _epoch = 1;

    /// <summary>Begins a session.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="isFollower">Whether its client is a node that follows.</param>
    /// <param name="usesTopicIds">Whether topics are named by their ids.</param>
    /// <param name="now">A time stamp.</param>
    public FetchSession(int id, bool isFollower, bool usesTopicIds, long now)
    {
        Id = id;
        IsFollower = isFollower;
        UsesTopicIds = usesTopicIds;
        CreatedAt = now;
        _lastUsedAt = now;
    }

    /// <summary>Gets the id.</summary>
    public int Id { get; }

    /// <summary>Gets whether the client is a node that follows. Its session is worth more.</summary>
    public bool IsFollower { get; }

    /// <summary>Gets whether topics are named by their ids.</summary>
    public bool UsesTopicIds { get; }

    /// <summary>Gets when the session began, as a time stamp.</summary>
    public long CreatedAt { get; }

    /// <summary>Gets when the session was last used, as a time stamp.</summary>
    public long LastUsedAt => Volatile.Read(ref _lastUsedAt);

    /// <summary>Gets how many partitions there are.</summary>
    public int Size => Volatile.Read(ref _size);

    /// <summary>Fills a new session with what its first request asked for and was answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The answer, which tells all of it.</param>
    public void Open(FetchRequest request, FetchResponse response)
    {
        lock (_gate)
        {
            Update(request);
            Tell(response, isPruned: false);
        }
    }

    /// <summary>Takes the next request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">A time stamp.</param>
    /// <param name="error">What is wrong, or None.</param>
    /// <returns>The request with all that the session asks for, or <see langword="null"/> where it is refused or
    /// nothing is left to be asked for.</returns>
    public FetchRequest? Advance(FetchRequest request, long now, out ErrorCode error)
    {
        lock (_gate)
        {
            error = request.SessionEpoch != _epoch ? ErrorCode.InvalidFetchSessionEpoch
                : UsesTopicIds != FetchSessions.UsesTopicIds(request) ? ErrorCode.FetchSessionTopicIdError
                : ErrorCode.None;
            if (error != ErrorCode.None)
                return null;

            Update(request);
            if (_byKey.Count == 0)
                return null;

            Volatile.Write(ref _lastUsedAt, now);
            _epoch = FetchSessions.NextEpoch(_epoch);
            return Expand(request);
        }
    }

    /// <summary>Takes out of an answer what the client knows already.</summary>
    /// <param name="requestEpoch">The epoch that the request came with.</param>
    /// <param name="response">The answer.</param>
    /// <returns><see langword="false"/> if another request has come meanwhile, so that nobody knows what the client
    /// knows.</returns>
    public bool TryPrune(int requestEpoch, FetchResponse response)
    {
        lock (_gate)
        {
            if (_epoch != FetchSessions.NextEpoch(requestEpoch))
                return false;

            Tell(response, isPruned: true);
            return true;
        }
    }

    private void Update(FetchRequest request)
    {
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (FetchRequest.FetchPartition partition in topic.Partitions)
            {
                SessionKey key = new(topic.TopicId, topic.Topic, partition.Partition);
                FetchRequest.FetchPartition asked = CopyOf(partition);
                if (_byKey.TryGetValue(key, out LinkedListNode<(SessionKey Key, SessionPartition Partition)>? known))
                    known.Value.Partition.Asked = asked;
                else
                    _byKey.Add(key, _order.AddLast((key, new SessionPartition { Asked = asked })));
            }
        }

        foreach (FetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            foreach (int partition in topic.Partitions)
            {
                if (_byKey.Remove(
                    new SessionKey(topic.TopicId, topic.Topic, partition),
                    out LinkedListNode<(SessionKey Key, SessionPartition Partition)>? known))
                {
                    _order.Remove(known);
                }
            }
        }

        Volatile.Write(ref _size, _byKey.Count);
    }

    // The sender may change its request once it is answered, and the session goes on.
    private static FetchRequest.FetchPartition CopyOf(FetchRequest.FetchPartition partition) => new()
    {
        Partition = partition.Partition,
        CurrentLeaderEpoch = partition.CurrentLeaderEpoch,
        FetchOffset = partition.FetchOffset,
        LastFetchedEpoch = partition.LastFetchedEpoch,
        LogStartOffset = partition.LogStartOffset,
        PartitionMaxBytes = partition.PartitionMaxBytes,
        ReplicaDirectoryId = partition.ReplicaDirectoryId,
        HighWatermark = partition.HighWatermark,
    };

    private FetchRequest Expand(FetchRequest request)
    {
        FetchRequest expanded = request.WithoutSession();
        expanded.Topics = [];
        FetchRequest.FetchTopic? topic = null;
        foreach ((SessionKey key, SessionPartition partition) in _order)
        {
            // The order of partitions is kept, so a topic may stand there more than once.
            if (topic is null || topic.Topic != key.Topic || topic.TopicId != key.TopicId)
            {
                topic = new FetchRequest.FetchTopic { Topic = key.Topic, TopicId = key.TopicId };
                expanded.Topics.Add(topic);
            }

            topic.Partitions.Add(partition.Asked);
        }

        return expanded;
    }

    private void Tell(FetchResponse response, bool isPruned)
    {
        foreach (FetchResponse.FetchableTopicResponse topic in response.Responses)
        {
            topic.Partitions.RemoveAll(answer =>
            {
                if (MustTell(topic, answer) || !isPruned)
                    return false;
                answer.Records?.Dispose();
                return true;
            });
        }

        if (isPruned)
            response.Responses.RemoveAll(topic => topic.Partitions.Count == 0);
    }

    private bool MustTell(FetchResponse.FetchableTopicResponse topic, FetchResponse.PartitionData answer)
    {
        SessionKey key = new(topic.TopicId, topic.Topic, answer.PartitionIndex);
        if (!_byKey.TryGetValue(key, out LinkedListNode<(SessionKey Key, SessionPartition Partition)>? known))
            return true;

        // Who had records goes to the end, so that the others are not starved by it.
        if (answer.Records is { Length: > 0 })
        {
            _order.Remove(known);
            _order.AddLast(known);
        }

        return known.Value.Partition.TryTell(answer);
    }
}
