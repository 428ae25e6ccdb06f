namespace StreamLog.Clients.Membership;

/// <summary>Shares partitions as evenly as subscriptions allow, and leaves what it can where it is.</summary>
/// <remarks>Used for one assignment, by one thread. The same claims always give the same shares.</remarks>
internal sealed class StickyShares
{
    private readonly List<StickyShare> _shares;
    private readonly SortedDictionary<string, List<StickyShare>> _readers = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, int> _partitionCounts;

    private StickyShares(IEnumerable<MemberClaim> claims, IReadOnlyDictionary<string, int> partitionCounts)
    {
        _partitionCounts = partitionCounts;
        _shares =
        [
            .. claims
                .OrderBy(static claim => claim.InstanceId ?? claim.MemberId, StringComparer.Ordinal)
                .ThenBy(static claim => claim.MemberId, StringComparer.Ordinal)
                .Select(claim => new StickyShare(claim, claim.Topics.Where(partitionCounts.ContainsKey))),
        ];
        foreach (StickyShare share in _shares)
        {
            foreach (string topic in share.Topics)
            {
                if (!_readers.TryGetValue(topic, out List<StickyShare>? readers))
                    _readers.Add(topic, readers = []);
                readers.Add(share);
            }
        }
    }

    /// <summary>Shares partitions.</summary>
    /// <param name="claims">All members.</param>
    /// <param name="holders">Who has a partition; <see langword="null"/> where that is not clear.</param>
    /// <param name="partitionCounts">How many partitions the topics have. Others are not there.</param>
    /// <returns>The partitions of each member, by its id.</returns>
    public static Dictionary<string, List<TopicPartition>> Find(
        IReadOnlyCollection<MemberClaim> claims,
        IReadOnlyDictionary<TopicPartition, MemberClaim?> holders,
        IReadOnlyDictionary<string, int> partitionCounts)
    {
        StickyShares shares = new(claims, partitionCounts);
        shares.Spread(holders);

        // First what nobody has. So what was free for a round goes where it would have gone then.
        shares.Level(onlyNew: true);
        shares.Level(onlyNew: false);
        return shares._shares.ToDictionary(
            static share => share.MemberId, static share => share.ToList(), StringComparer.Ordinal);
    }

    /// <summary>Leaves partitions with who has them, and then gives each of the others to the reader with the
    /// fewest.</summary>
    private void Spread(IReadOnlyDictionary<TopicPartition, MemberClaim?> holders)
    {
        Dictionary<string, StickyShare> byMember = _shares.ToDictionary(
            static share => share.MemberId, StringComparer.Ordinal);
        List<(TopicPartition Partition, List<StickyShare> Readers)> free = [];
        foreach ((string topic, List<StickyShare> readers) in _readers)
        {
            for (int i = 0; i < _partitionCounts[topic]; i++)
            {
                TopicPartition partition = new(topic, i);
                if (holders.GetValueOrDefault(partition) is { } holder
                    && byMember[holder.MemberId] is { } share && share.Reads(topic))
                {
                    share.Keep(partition);
                }
                else
                {
                    free.Add((partition, readers));
                }
            }
        }

        foreach ((TopicPartition partition, List<StickyShare> readers) in free)
            readers.MinBy(static reader => reader.Count)!.Add(partition);
    }

    /// <summary>Moves partitions as long as that makes a share that is at least two larger than another smaller, and
    /// the other larger.</summary>
    private void Level(bool onlyNew)
    {
        // One that cannot shrink while it is the largest never can: nothing goes to those that it could give to.
        List<StickyShare> open = [.. _shares];
        while (open.MaxBy(static share => share.Count) is { } largest)
        {
            if (!TryShrink(largest, onlyNew))
                open.Remove(largest);
        }
    }

    /// <summary>Moves one partition out of a share, and others in turn where the one that gets it would rather pass on
    /// another: along the shortest way to a share that is smaller by two.</summary>
    private bool TryShrink(StickyShare large, bool onlyNew)
    {
        Dictionary<StickyShare, (StickyShare From, string Topic)> reached = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        Queue<StickyShare> next = new([large]);
        while (next.TryDequeue(out StickyShare? from))
        {
            StickyShare? small = null;
            foreach (string topic in from.HeldTopics(onlyNew))
            {
                if (!seen.Add(topic))
                    continue;
                foreach (StickyShare reader in _readers[topic])
                {
                    if (reader == large || !reached.TryAdd(reader, (from, topic)))
                        continue;
                    next.Enqueue(reader);
                    if (reader.Count + 2 <= large.Count && (small is null || reader.Count < small.Count))
                        small = reader;
                }
            }

            if (small is null)
                continue;
            for (StickyShare to = small; to != large; to = reached[to].From)
                to.Add(reached[to].From.Take(reached[to].Topic));
            return true;
        }

        return false;
    }
}
