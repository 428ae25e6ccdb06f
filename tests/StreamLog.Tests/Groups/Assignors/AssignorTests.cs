using StreamLog.Groups.Assignors;
using Xunit;

namespace StreamLog.Tests.Groups.Assignors;

/// <summary>What holds for every assignor, over random groups that members and partitions join and leave.</summary>
public sealed class AssignorTests
{
    private const int Seeds = 300;

    [Theory]
    [InlineData("uniform", true)]
    [InlineData("uniform", false)]
    [InlineData("range", true)]
    [InlineData("range", false)]
    public void Every_partition_has_one_owner_who_subscribes_to_it(string name, bool sameTopics) =>
        ForEachSeed(name, sameTopics, (scenario, _) => AssertComplete(scenario));

    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void The_order_of_the_members_makes_no_difference(string name) => ForEachSeed(name, false, (scenario, _) =>
    {
        IAssignor assignor = Named(name);
        Subscriber[] backwards = [.. scenario.Members.Reverse()];

        Assert.Equal(
            assignor.Assign(scenario.Members, scenario.Topics),
            assignor.Assign(backwards, scenario.Topics).Reverse());
    });

    [Fact]
    public void Uniform_shares_differ_by_one_partition_at_most() => ForEachSeed("uniform", true, (scenario, _) =>
    {
        int[] sizes = [.. scenario.Members.Select(member => member.Assigned.Count)];
        Assert.True(sizes.Max() - sizes.Min() <= 1, string.Join(' ', sizes));
    });

    [Fact]
    public void Uniform_shares_are_as_even_as_subscriptions_allow() => ForEachSeed("uniform", false, (scenario, _) =>
    {
        // Nobody can hand a partition, directly or through others, to a member with two fewer: that is the optimum.
        foreach (Subscriber member in scenario.Members)
        {
            HashSet<Subscriber> reached = [member];
            Queue<Subscriber> open = new([member]);
            while (open.TryDequeue(out Subscriber? from))
            {
                foreach (Subscriber to in scenario.Members)
                {
                    if (from.Assigned.Any(partition => to.TopicIds.Contains(partition.TopicId)) && reached.Add(to))
                        open.Enqueue(to);
                }
            }

            Assert.All(reached, to => Assert.True(to.Assigned.Count >= member.Assigned.Count - 1));
        }
    });

    [Fact]
    public void Uniform_moves_nothing_when_nothing_has_changed() => ForEachSeed("uniform", false, (scenario, _) =>
        Assert.Equal(0, scenario.Assign(new UniformAssignor())));

    [Fact]
    public void Uniform_moves_no_more_than_a_newcomer_needs() => ForEachSeed("uniform", true, (scenario, random) =>
    {
        scenario.Join($"newcomer{random.Next()}", scenario.Subscription(random, sameTopics: true));
        int moved = scenario.Assign(new UniformAssignor());

        Assert.Equal(scenario.Members[^1].Assigned.Count, moved);
    });

    [Fact]
    public void Uniform_takes_nothing_from_those_who_stay() => ForEachSeed("uniform", true, (scenario, random) =>
    {
        if (scenario.Members.Count == 1)
            return;

        scenario.Leave(random.Next(scenario.Members.Count));
        Assert.Equal(0, scenario.Assign(new UniformAssignor()));
    });

    [Fact]
    public void Ranges_of_the_same_subscribers_are_the_same()
    {
        GroupScenario scenario = new() { Topics = { [GroupScenario.Topic(0)] = 7, [GroupScenario.Topic(1)] = 7 } };
        foreach (string member in (string[])["c", "a", "b"])
            scenario.Join(member, [.. scenario.Topics.Keys]);
        scenario.Assign(new RangeAssignor());

        Assert.Equal([[5, 6], [0, 1, 2], [3, 4]], scenario.Members.Select(PartitionsOf(0)));
        Assert.Equal(scenario.Members.Select(PartitionsOf(0)), scenario.Members.Select(PartitionsOf(1)));
    }

    [Fact]
    public void Ranges_of_static_members_come_first_and_do_not_follow_their_member_ids()
    {
        GroupScenario scenario = new() { Topics = { [GroupScenario.Topic(0)] = 4 } };
        Guid[] topics = [.. scenario.Topics.Keys];
        scenario.Join("a", topics);
        scenario.Join("z", topics, instanceId: "1");
        scenario.Join("y", topics, instanceId: "2");
        scenario.Assign(new RangeAssignor());

        Assert.Equal([[3], [0, 1], [2]], scenario.Members.Select(PartitionsOf(0)));
    }

    /// <summary>Goal: a large group is no trouble. Method: the work is done, 500 times over, within the time of a
    /// test run.</summary>
    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    public void A_large_group_grows_and_shrinks(string name)
    {
        GroupScenario scenario = new();
        for (int topic = 0; topic < 10; topic++)
            scenario.Topics[GroupScenario.Topic(topic)] = 100;
        for (int member = 0; member < 500; member++)
        {
            // Some of them do not want all.
            scenario.Join($"m{member:d3}", [.. scenario.Topics.Keys.Skip(member % 7 == 0 ? 1 : 0)]);
            if (member % 50 == 0)
                scenario.Assign(Named(name));
        }

        scenario.Assign(Named(name));
        AssertComplete(scenario);
        while (scenario.Members.Count > 400)
            scenario.Leave(scenario.Members.Count / 2);
        scenario.Assign(Named(name));
        AssertComplete(scenario);
    }

    private static Func<Subscriber, IEnumerable<int>> PartitionsOf(int topic) => member =>
        member.Assigned.Where(partition => partition.TopicId == GroupScenario.Topic(topic))
            .Select(partition => partition.Partition);

    private static void ForEachSeed(string name, bool sameTopics, Action<GroupScenario, Random> check)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            GroupScenario scenario = GroupScenario.Random(random, sameTopics);
            scenario.Assign(Named(name));
            for (int step = 0; step < 4; step++)
            {
                Change(scenario, random, sameTopics);
                scenario.Assign(Named(name));
                check(scenario, random);
            }
        }
    }

    private static void Change(GroupScenario scenario, Random random, bool sameTopics)
    {
        Guid topic = GroupScenario.Topic(random.Next(scenario.Topics.Count));
        if (random.Next(2) == 0)
            scenario.Join($"n{random.Next(10_000):d5}", scenario.Subscription(random, sameTopics));
        else if (random.Next(2) == 0 && scenario.Members.Count > 1)
            scenario.Leave(random.Next(scenario.Members.Count));
        else
            scenario.Topics[topic] = random.Next(scenario.Topics[topic], 12);
    }

    private static void AssertComplete(GroupScenario scenario)
    {
        TopicIdPartition[] assigned = [.. scenario.Members.SelectMany(member => member.Assigned).Order()];
        TopicIdPartition[] wanted =
        [
            .. scenario.Topics
                .Where(topic => scenario.Members.Any(member => member.TopicIds.Contains(topic.Key)))
                .SelectMany(topic => Enumerable.Range(0, topic.Value)
                    .Select(partition => new TopicIdPartition(topic.Key, partition)))
                .Order(),
        ];

        Assert.Equal(wanted, assigned);
        Assert.All(scenario.Members, member =>
            Assert.All(member.Assigned, partition => Assert.Contains(partition.TopicId, member.TopicIds)));
    }

    private static IAssignor Named(string name) => name == "range" ? new RangeAssignor() : new UniformAssignor();
}
