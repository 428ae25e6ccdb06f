namespace StreamLog.Groups.Assignors;

/// <summary>What the members have while <see cref="UniformAssignor"/> shares. Belongs to one call of it.</summary>
/// <remarks>
/// Members and topics are numbers here, in the order of their ids, so that the outcome does not depend on the order
/// that they came in.
/// </remarks>
internal sealed class UniformShares
{
    private readonly IReadOnlyList<Subscriber> _members;
    private readonly int[] _order;
    private readonly Guid[] _topics;
    private readonly Dictionary<Guid, int> _topicNumbers;
    private readonly int[] _partitionCounts;
    private readonly List<int>[] _subscribers;

    // For each member and topic the partitions that it has, those last that it was given here.
    private readonly Dictionary<int, List<int>>[] _shares;
    private readonly int[] _sizes;

    // For each topic and partition, whether somebody has it.
    private readonly bool[][] _assigned;

    /// <summary>Creates the shares, with nothing in them.</summary>
    /// <param name="members">The members.</param>
    /// <param name="partitionCounts">The topics, with how many partitions each has.</param>
    public UniformShares(IReadOnlyList<Subscriber> members, IReadOnlyDictionary<Guid, int> partitionCounts)
    {
        _members = members;
        _order = [.. Enumerable.Range(0, members.Count)
            .OrderBy(index => members[index].MemberId, StringComparer.Ordinal)];
        _topics = [.. members
            .SelectMany(member => member.TopicIds).Distinct().Where(partitionCounts.ContainsKey).Order()];
        _topicNumbers = _topics.Select((topic, number) => (topic, number)).ToDictionary();
        _partitionCounts = [.. _topics.Select(topic => partitionCounts[topic])];
        _subscribers = [.. _topics.Select(_ => new List<int>())];
        _assigned = [.. _partitionCounts.Select(count => new bool[count])];
        _shares = [.. members.Select(_ => new Dictionary<int, List<int>>())];
        _sizes = new int[members.Count];
        for (int member = 0; member < _order.Length; member++)
        {
            foreach (Guid topic in members[_order[member]].TopicIds)
            {
                if (_topicNumbers.TryGetValue(topic, out int number))
                    _subscribers[number].Add(member);
            }
        }
    }

    /// <summary>Lets every member keep what it has and may have.</summary>
    public void Keep()
    {
        for (int member = 0; member < _order.Length; member++)
        {
            Subscriber subscriber = _members[_order[member]];
            HashSet<Guid> subscribed = [.. subscriber.TopicIds];
            foreach (TopicIdPartition partition in subscriber.Assigned)
            {
                if (subscribed.Contains(partition.TopicId)
                    && _topicNumbers.TryGetValue(partition.TopicId, out int topic)
                    && (uint)partition.Partition < (uint)_partitionCounts[topic]
                    && !_assigned[topic][partition.Partition])
                {
                    Give(member, topic, partition.Partition);
                }
            }
        }
    }

    /// <summary>Gives what nobody has to the subscriber that has least.</summary>
    public void AssignRest()
    {
        // Topics that few subscribe to come first, while there is a choice.
        foreach (int topic in Enumerable.Range(0, _topics.Length).OrderBy(topic => _subscribers[topic].Count))
        {
            int[] rest = [.. Enumerable.Range(0, _partitionCounts[topic])
                .Where(partition => !_assigned[topic][partition])];
            if (rest.Length == 0)
                continue;

            PriorityQueue<int, (int Size, int Member)> least = new(
                _subscribers[topic].Select(member => (member, (_sizes[member], member))));
            foreach (int partition in rest)
            {
                int member = least.Dequeue();
                Give(member, topic, partition);
                least.Enqueue(member, (_sizes[member], member));
            }
        }
    }

    /// <summary>Moves partitions from who has many to who has few, until no move makes shares more even.</summary>
    /// <remarks>
    /// Who has most comes first, so that no partition moves twice. Who cannot be relieved is done with: all whom it
    /// reaches have as much or one less, and no move that ends at somebody with less than that goes through them.
    /// </remarks>
    public void Balance()
    {
        PriorityQueue<int, (int Size, int Member)> most = new();
        for (int member = 0; member < _sizes.Length; member++)
            most.Enqueue(member, (-_sizes[member], member));

        while (most.TryDequeue(out int member, out (int Size, int Member) entry))
        {
            // An entry of a member that has been given something since is followed by another.
            if (-entry.Size != _sizes[member] || !TryRelieve(member, out int receiver))
                continue;

            most.Enqueue(member, (-_sizes[member], member));
            most.Enqueue(receiver, (-_sizes[receiver], receiver));
        }
    }

    /// <summary>Returns what came of it.</summary>
    /// <returns>What each member is to have, in the order that the members came in.</returns>
    public PartitionSet[] Build()
    {
        PartitionSet[] result = new PartitionSet[_order.Length];
        for (int member = 0; member < _order.Length; member++)
        {
            PartitionSet built = PartitionSet.Of(_shares[member].SelectMany(
                share => share.Value, (share, partition) => new TopicIdPartition(_topics[share.Key], partition)));
            PartitionSet before = _members[_order[member]].Assigned;
            result[_order[member]] = built.Equals(before) ? before : built;
        }

        return result;
    }

    private void Give(int member, int topic, int partition)
    {
        if (!_shares[member].TryGetValue(topic, out List<int>? share))
            _shares[member].Add(topic, share = []);
        share.Add(partition);
        _sizes[member]++;
        _assigned[topic][partition] = true;
    }

    private void Move(int from, int topic, int to)
    {
        List<int> share = _shares[from][topic];
        int partition = share[^1];
        share.RemoveAt(share.Count - 1);
        if (share.Count == 0)
            _shares[from].Remove(topic);
        _sizes[from]--;
        Give(to, topic, partition);
    }

    /// <summary>Takes one partition from a member by the shortest way that ends at one with two fewer.</summary>
    private bool TryRelieve(int member, out int receiver)
    {
        receiver = -1;
        int enough = _sizes[member] - 2;
        int least = _sizes.Min();
        if (enough < least)
            return false;

        // From whom, and by which topic, a member is reached; those near are looked at before those behind them.
        Dictionary<int, (int From, int Topic)> ways = new() { [member] = (-1, -1) };
        HashSet<int> seen = [];
        List<int> near = [member];
        while (near.Count > 0)
        {
            List<int> next = [];
            receiver = -1;
            foreach (int from in near)
                receiver = Reach(from, ways, seen, next, receiver, least);

            if (receiver >= 0 && _sizes[receiver] <= enough)
            {
                for (int to = receiver; ways[to].From >= 0; to = ways[to].From)
                    Move(ways[to].From, ways[to].Topic, to);
                return true;
            }

            near = next;
        }

        return false;
    }

    /// <summary>Finds whom a member can hand partitions to.</summary>
    /// <returns>Who has least of all that are reached at this distance.</returns>
    private int Reach(
        int from,
        Dictionary<int, (int From, int Topic)> ways,
        HashSet<int> seen,
        List<int> reached,
        int best,
        int least)
    {
        foreach (int topic in _shares[from].Keys.Order())
        {
            if (!seen.Add(topic))
                continue;

            foreach (int to in _subscribers[topic])
            {
                if (!ways.TryAdd(to, (from, topic)))
                    continue;

                reached.Add(to);
                if (best < 0 || _sizes[to] < _sizes[best])
                    best = to;
                if (_sizes[best] == least)
                    return best;
            }
        }

        return best;
    }
}
