using StreamLog.Groups;
using StreamLog.Tests.Groups.Migration;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>Groups of the consumer protocol in sizes that hardly anybody has.</summary>
public sealed class ConsumerGroupLimitsTests
{
    private const int Many = 10_000;

    [Fact]
    public void Ten_thousand_members_change_their_protocol_beat_and_are_given_up()
    {
        MixedGroup group = new();
        group.SetTopic("a", 1_000);
        string[] ids = group.MakeClassic("a", [.. Enumerable.Range(0, Many).Select(i => i < 1_000 ? $"a-{i}" : "")]);
        int epoch = group.Beat("m", 0, "a").MemberEpoch;
        Assert.Equal(Many + 1, group.Consumer.Records.Members.Count);

        foreach (string id in ids)
            Assert.Equal(epoch, group.Join(MixedGroup.JoinRequest(id, "a")).Response!.GenerationId);
        foreach (string id in ids)
            Assert.Equal(ErrorCode.None, group.Sync(id, epoch).Response!.ErrorCode);
        group.Beat("m", epoch);
        Assert.Equal("Stable", group.Consumer.State);

        // All are heard of again and again, and then they are not.
        for (int round = 0; round < 5; round++)
        {
            group.Advance(5_000);
            Assert.All(ids, id => Assert.Equal(ErrorCode.None, group.Heartbeat(id, epoch)));
        }

        group.Advance(10_000);
        Assert.Equal(["m"], group.Consumer.Records.Members.Keys);
    }

    [Fact]
    public void Ten_thousand_members_leave_one_by_one()
    {
        MixedGroup group = new();
        group.SetTopic("a", 1_000);
        string[] ids = group.MakeClassic("a", [.. Enumerable.Repeat("", Many)]);
        group.Beat("m", 0, "a");

        foreach (string id in ids)
            Assert.Equal([ErrorCode.None], group.Leave((id, null)));

        Assert.Equal(["m"], group.Consumer.Records.Members.Keys);
    }

    [Fact]
    public void Members_with_the_longest_ids_are_given_up_in_steps_that_fit_into_a_batch()
    {
        ConsumerGroupDriver group = new();
        string tail = new('x', 32_000);
        for (int i = 0; i < 100; i++)
            group.Join($"{i:D3}{tail}", "a");
        group.Advance(44_999);
        Assert.Equal(100, group.State.Records.Members.Count);

        GroupDecision decision = new(group.Now + 1, 0, group.Image);
        group.State.Expire(decision);

        Assert.NotEmpty(decision.Records);
        Assert.True(GroupLog.Fits(decision.Records));

        // What does not come to be written down is tried again.
        group.Advance(1 + 45_000);
        Assert.Equal("Empty", group.State.State);
    }

    [Fact]
    public void A_group_with_too_much_to_say_for_one_batch_stays_a_consumer_group()
    {
        MixedGroup group = new();
        group.SetTopic("a", 1);
        group.Beat("m", 0, "a");
        string tail = new('x', 32_000);
        for (int i = 0; i < 100; i++)
            group.Join(MixedGroup.JoinRequest($"{i:D3}{tail}", "a"));

        group.Beat("m", -1);

        Assert.Equal(100, group.Consumer.Records.Members.Count);
        Assert.Equal(ErrorCode.RebalanceInProgress, group.Heartbeat($"000{tail}", group.Consumer.Records
            .Find($"000{tail}")!.Epoch));
    }
}
