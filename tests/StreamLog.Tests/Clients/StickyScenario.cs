using StreamLog.Clients.Membership;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>A classic group on paper: members with what they own, and what the leader has told them.</summary>
internal sealed class StickyScenario
{
    private readonly bool _sameTopics;
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private int _generation;
    private int _nextMember;

    public StickyScenario(Random random, bool sameTopics)
    {
        _sameTopics = sameTopics;
        int topics = random.Next(1, 5);
        for (int topic = 0; topic < topics; topic++)
            Topics[$"t{topic}"] = random.Next(0, 9);
        int members = random.Next(2, 7);
        while (members-- > 0)
            Join(random);
    }

    public Dictionary<string, int> Topics { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, List<TopicPartition>> Told { get; private set; } = [];

    public string Join(Random random)
    {
        string id = $"m{random.Next(100):d2}-{_nextMember++}";
        _members[id] = new Member([.. Topics.Keys.Where(_ => _sameTopics || random.Next(3) > 0)], [], -1);
        return id;
    }

    public void Leave(Random random)
    {
        if (_members.Count > 1)
            _members.Remove(_members.Keys.ElementAt(random.Next(_members.Count)));
    }

    /// <summary>Has something happen to the group.</summary>
    public void Change(Random random)
    {
        string topic = Topics.Keys.ElementAt(random.Next(Topics.Count));
        switch (random.Next(5))
        {
            case 0:
                Join(random);
                break;
            case 1:
                Leave(random);
                break;
            case 2:
                Topics[topic] += random.Next(1, 4);
                break;
            case 3:
                Topics[topic] = 0;
                break;
            default:
                string id = _members.Keys.ElementAt(random.Next(_members.Count));
                _members[id] = _members[id] with { Topics = [.. Topics.Keys.Where(_ => random.Next(3) > 0)] };
                break;
        }
    }

    public MemberClaim[] Claims() =>
    [
        .. _members.Select(member => new MemberClaim(
            member.Key, null, member.Value.Topics, member.Value.Owned, member.Value.Generation)),
    ];

    /// <summary>Has the leader assign.</summary>
    public void Round()
    {
        _generation++;
        Told = CooperativeSticky.Assign(Claims(), Topics);

        Assert.Equal(_members.Keys.ToHashSet(), Told.Keys.ToHashSet());
        foreach ((string id, List<TopicPartition> share) in Told)
        {
            Assert.Equal(share.Count, share.Distinct().Count());
            foreach (TopicPartition partition in share)
            {
                Assert.Contains(partition.Topic, _members[id].Topics);
                Assert.InRange(partition.Partition, 0, Topics[partition.Topic] - 1);
                Assert.DoesNotContain(_members, other => other.Key != id && other.Value.Owned.Contains(partition));
                Assert.DoesNotContain(Told, other => other.Key != id && other.Value.Contains(partition));
            }
        }
    }

    /// <summary>Has members hear of their assignments; those who do not stay with what they have.</summary>
    public void Deliver(Predicate<string> hears)
    {
        foreach ((string id, List<TopicPartition> share) in Told)
        {
            if (hears(id))
                _members[id] = _members[id] with { Owned = share, Generation = _generation };
        }

        Assert.Equal(
            _members.Values.Sum(member => member.Owned.Count),
            _members.Values.SelectMany(member => member.Owned).Distinct().Count());
    }

    /// <summary>Has all members hear, and join again where they had to let go of something.</summary>
    public void Settle()
    {
        for (int round = 0; round < 2; round++)
        {
            Round();
            Deliver(_ => true);
        }
    }

    public Dictionary<string, List<TopicPartition>> Owned() =>
        _members.ToDictionary(member => member.Key, member => member.Value.Owned);

    /// <summary>Asserts that everything is read that somebody subscribes to.</summary>
    public void AssertWhole()
    {
        HashSet<string> topics = [.. _members.Values.SelectMany(member => member.Topics)];

        Assert.Equal(
            topics.Sum(topic => Topics[topic]), _members.Values.Sum(member => member.Owned.Count));
    }

    /// <summary>Asserts that nobody can hand a partition, directly or through others, to a member with two
    /// fewer.</summary>
    public void AssertEven()
    {
        foreach (Member member in _members.Values)
        {
            HashSet<Member> reached = [member];
            Queue<Member> open = new([member]);
            while (open.TryDequeue(out Member? from))
            {
                foreach (Member to in _members.Values)
                {
                    if (from.Owned.Any(partition => to.Topics.Contains(partition.Topic)) && reached.Add(to))
                        open.Enqueue(to);
                }
            }

            Assert.All(reached, to => Assert.True(to.Owned.Count >= member.Owned.Count - 1));
        }
    }

    private sealed record Member(string[] Topics, List<TopicPartition> Owned, int Generation);
}
