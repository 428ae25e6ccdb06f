using StreamLog.Clients.Membership;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>How a leader shares partitions: random groups that members and partitions join and leave, by
/// seeds.</summary>
public sealed class CooperativeStickyTests
{
    private const int Seeds = 400;

    // Goal: never two owners, whatever comes and goes, and whoever has not heard yet.
    // Method: members take what they are told in any order, and some not at all before the next round.
    [Fact]
    public void A_partition_is_given_to_nobody_while_another_has_it() => ForEachSeed((group, random) =>
    {
        for (int round = 0; round < 8; round++)
        {
            group.Change(random);
            group.Round();
            group.Deliver(_ => random.Next(4) > 0);
        }
    });

    [Fact]
    public void Everything_is_given_within_two_rounds_as_evenly_as_subscriptions_allow() =>
        ForEachSeed((group, random) =>
        {
            for (int change = 0; change < 3; change++)
            {
                group.Change(random);
                group.Settle();

                group.AssertWhole();
                group.AssertEven();
            }
        });

    [Fact]
    public void Nothing_moves_where_nothing_has_changed() => ForEachSeed((group, _) =>
    {
        Dictionary<string, List<TopicPartition>> before = group.Owned();

        group.Round();

        Assert.Equal(before, group.Told);
    });

    [Fact]
    public void The_order_of_the_members_makes_no_difference() => ForEachSeed((group, random) =>
    {
        group.Change(random);
        MemberClaim[] claims = group.Claims();

        Assert.Equal(
            CooperativeSticky.Assign(claims, group.Topics).OrderBy(share => share.Key, StringComparer.Ordinal),
            CooperativeSticky.Assign([.. claims.Reverse()], group.Topics)
                .OrderBy(share => share.Key, StringComparer.Ordinal));
    });

    [Fact]
    public void A_newcomer_gets_its_share_and_nothing_else_moves() => ForEachSeed(
        (group, random) =>
        {
            Dictionary<string, List<TopicPartition>> before = group.Owned();
            string newcomer = group.Join(random);
            group.Settle();

            Dictionary<string, List<TopicPartition>> after = group.Owned();
            Assert.Equal(group.Topics.Values.Sum() / after.Count, after[newcomer].Count);
            Assert.All(before, member => Assert.Empty(after[member.Key].Except(member.Value)));
        },
        sameTopics: true);

    [Fact]
    public void Those_who_stay_lose_nothing_when_others_leave() => ForEachSeed(
        (group, random) =>
        {
            Dictionary<string, List<TopicPartition>> before = group.Owned();
            group.Leave(random);
            group.Round();

            Assert.All(group.Told, member => Assert.Empty(before[member.Key].Except(member.Value)));
        },
        sameTopics: true);

    [Fact]
    public void Who_claims_of_a_later_generation_keeps_what_an_earlier_one_claims_too()
    {
        TopicPartition[] all = [new("t", 0), new("t", 1)];
        MemberClaim stale = new("a", null, ["t"], all, Generation: 3);
        MemberClaim fresh = new("b", null, ["t"], all, Generation: 4);

        Dictionary<string, List<TopicPartition>> shares =
            CooperativeSticky.Assign([stale, fresh], new Dictionary<string, int> { ["t"] = 2 });

        Assert.Equal([new("t", 0)], shares["b"]);
        Assert.Empty(shares["a"]);
    }

    [Fact]
    public void What_two_claim_of_one_generation_is_given_to_neither()
    {
        MemberClaim[] claims =
        [
            new("a", null, ["t"], [new("t", 0)], Generation: 4), new("b", null, ["t"], [new("t", 0)], Generation: 4),
        ];

        Dictionary<string, List<TopicPartition>> shares =
            CooperativeSticky.Assign(claims, new Dictionary<string, int> { ["t"] = 1 });

        Assert.All(shares.Values, Assert.Empty);
    }

    [Fact]
    public void What_is_not_there_or_not_subscribed_to_is_given_to_nobody()
    {
        MemberClaim claim = new(
            "a", null, ["t", "gone"], [new("t", 7), new("t", -1), new("gone", 0), new("u", 0)], Generation: 1);

        Dictionary<string, List<TopicPartition>> shares = CooperativeSticky.Assign(
            [claim], new Dictionary<string, int> { ["t"] = 1, ["gone"] = 0, ["u"] = 1 });

        Assert.Equal([new("t", 0)], shares["a"]);
    }

    [Fact]
    public void A_member_gets_more_by_way_of_others()
    {
        // b can have nothing of a's, but c's, who can have a's.
        MemberClaim[] claims =
        [
            new("a", null, ["t"], [new("t", 0), new("t", 1), new("t", 2)], Generation: 1),
            new("b", null, ["u"], [], Generation: 1),
            new("c", null, ["t", "u"], [new("u", 0), new("u", 1)], Generation: 1),
        ];
        Dictionary<string, int> topics = new() { ["t"] = 3, ["u"] = 2 };

        // Of what moves nobody has anything yet.
        Dictionary<string, List<TopicPartition>> shares = CooperativeSticky.Assign(claims, topics);

        Assert.Equal([2, 0, 1], claims.Select(claim => shares[claim.MemberId].Count));
    }

    private static void ForEachSeed(Action<StickyScenario, Random> check, bool sameTopics = false)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            StickyScenario group = new(random, sameTopics);
            group.Settle();
            try
            {
                check(group, random);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}.", exception);
            }
        }
    }
}
