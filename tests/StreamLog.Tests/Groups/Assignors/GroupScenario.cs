using StreamLog.Groups.Assignors;

namespace StreamLog.Tests.Groups.Assignors;

/// <summary>Members and topics for an assignor, and what was assigned last.</summary>
internal sealed class GroupScenario
{
    private readonly List<Subscriber> _members = [];

    public IReadOnlyList<Subscriber> Members => _members;

    public Dictionary<Guid, int> Topics { get; } = [];

    public static Guid Topic(int number) => new(number + 1, 0, 0, new byte[8]);

    /// <summary>A random group: few members and topics, so that the corners are met often.</summary>
    public static GroupScenario Random(Random random, bool sameTopics)
    {
        GroupScenario scenario = new();
        int topics = random.Next(1, 5);
        for (int topic = 0; topic < topics; topic++)
            scenario.Topics[Topic(topic)] = random.Next(0, 9);
        int members = random.Next(1, 7);
        for (int member = 0; member < members; member++)
            scenario.Join($"m{random.Next(1000):d4}-{member}", scenario.Subscription(random, sameTopics));
        return scenario;
    }

    public Guid[] Subscription(Random random, bool sameTopics) =>
        [.. Topics.Keys.Where(_ => sameTopics || random.Next(3) > 0)];

    public void Join(string memberId, Guid[] topics, string? instanceId = null) =>
        _members.Add(new Subscriber(memberId, instanceId, topics, PartitionSet.Empty));

    public void Leave(int index) => _members.RemoveAt(index);

    /// <summary>Assigns, keeps what came out, and counts the partitions that somebody has lost to somebody
    /// else.</summary>
    public int Assign(IAssignor assignor)
    {
        IReadOnlyList<PartitionSet> assigned = assignor.Assign(_members, Topics);
        HashSet<TopicIdPartition> had = [.. _members.SelectMany(member => member.Assigned)];
        int moved = 0;
        for (int i = 0; i < _members.Count; i++)
        {
            moved += assigned[i].Except(_members[i].Assigned).Count(had.Contains);
            _members[i] = _members[i] with { Assigned = assigned[i] };
        }

        return moved;
    }
}
