using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>The reads of one client that are under way: at most one in each lane to a broker, since a broker answers a
/// connection's requests one after another and each may wait long. What nobody waits for any more is kept for whoever
/// asks for the same next.</summary>
/// <remarks>Owned by the client's links. Thread-safe.</remarks>
internal sealed class PendingFetches
{
    // A client that reads asks again within milliseconds.
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private static readonly Lane[] Lanes = [Lane.Fetch, Lane.SecondFetch];

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly List<PendingFetch> _pending = [];
    private readonly Dictionary<PendingFetch, long> _answeredSince = [];

    /// <summary>Creates it, without reads.</summary>
    /// <param name="time">The clock.</param>
    public PendingFetches(TimeProvider time) => _time = time;

    /// <summary>Finds the reads that will answer a request, and sends the rest of it, where a lane is free.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="request">The request.</param>
    /// <param name="wanted">What is still wanted of it.</param>
    /// <param name="send">Sends a request in a lane.</param>
    /// <param name="into">The reads to wait for: at least one.</param>
    public void Gather(
        BrokerAddress address,
        FetchRequest request,
        HashSet<FetchPosition> wanted,
        Func<FetchRequest, Lane, Task<FetchResponse>> send,
        List<PendingFetch> into)
    {
        lock (_gate)
        {
            PendingFetch[] there = [.. _pending.Where(pending => pending.Address == address)];
            PendingFetch[] fitting = [.. there.Where(pending =>
                pending.Asked.IsolationLevel == request.IsolationLevel && pending.Positions.Overlaps(wanted))];
            into.AddRange(fitting);
            HashSet<FetchPosition> left = wanted;
            if (fitting.Length > 0)
            {
                left = [.. wanted];
                foreach (PendingFetch pending in fitting)
                    left.ExceptWith(pending.Positions);
                if (left.Count == 0)
                    return;
            }

            foreach (Lane lane in Lanes)
            {
                if (Array.Exists(there, pending => pending.Lane == lane))
                    continue;

                FetchRequest rest = Only(request, left);
                PendingFetch begun = new(address, lane, rest, left == wanted ? [.. wanted] : left, send(rest, lane));
                _pending.Add(begun);
                into.Add(begun);
                return;
            }

            // The lanes are taken up by what is not wanted any more. As soon as one is free, the rest is sent.
            into.AddRange(there.Except(fitting));
        }
    }

    /// <summary>Takes the response of a read. Only one caller gets it, and owns it then.</summary>
    /// <param name="pending">The read, which is answered.</param>
    /// <returns><see langword="false"/> if somebody else has it.</returns>
    public bool TryTake(PendingFetch pending)
    {
        lock (_gate)
        {
            _answeredSince.Remove(pending);
            return _pending.Remove(pending);
        }
    }

    /// <summary>Gives up responses that nobody has asked for in a while.</summary>
    public void DropOld()
    {
        List<PendingFetch> old = [];
        lock (_gate)
        {
            long now = _time.GetTimestamp();
            foreach (PendingFetch pending in _pending)
            {
                if (!pending.Answer.IsCompleted)
                    continue;
                if (!_answeredSince.TryGetValue(pending, out long since))
                    _answeredSince.Add(pending, now);
                else if (_time.GetElapsedTime(since, now) >= KeptFor)
                    old.Add(pending);
            }

            foreach (PendingFetch pending in old)
            {
                _pending.Remove(pending);
                _answeredSince.Remove(pending);
            }
        }

        foreach (PendingFetch pending in old)
            _ = DropAsync(pending);
    }

    /// <summary>Gives up all responses, those too that are still to come.</summary>
    public void DropAll()
    {
        PendingFetch[] all;
        lock (_gate)
        {
            all = [.. _pending];
            _pending.Clear();
            _answeredSince.Clear();
        }

        foreach (PendingFetch pending in all)
            _ = DropAsync(pending);
    }

    private static async Task DropAsync(PendingFetch pending)
    {
        try
        {
            (await pending.Answer.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is StreamLogException or OperationCanceledException)
        {
            // Nothing came, so there is nothing to give back.
        }
    }

    private static FetchRequest Only(FetchRequest request, HashSet<FetchPosition> positions)
    {
        List<FetchRequest.FetchTopic> topics = [];
        bool isAll = true;
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            List<FetchRequest.FetchPartition> partitions =
                topic.Partitions.FindAll(partition => positions.Contains(FetchPosition.Of(topic, partition)));
            isAll &= partitions.Count == topic.Partitions.Count;
            if (partitions.Count == 0)
                continue;
            topics.Add(new FetchRequest.FetchTopic
            {
                Topic = topic.Topic,
                TopicId = topic.TopicId,
                Partitions = partitions,
            });
        }

        if (isAll)
            return request;

        // It belongs to no session already; what is wanted is a copy.
        FetchRequest only = request.WithoutSession();
        only.Topics = topics;
        return only;
    }
}
