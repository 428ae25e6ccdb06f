using StreamLog.Groups;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups;

/// <summary>Much is forgotten in steps, each of which fits into one batch of records.</summary>
public sealed class GroupDeletionTests
{
    private const string Group = "g";
    private const int Offsets = (2 * GroupDeletion.StepMax) + 1;

    [Fact]
    public void A_group_of_many_offsets_is_deleted_in_steps_and_goes_with_the_last()
    {
        GroupTable groups = Create();

        Assert.Equal(
            [(GroupDeletion.StepMax, false), (GroupDeletion.StepMax, false), (2, true)],
            Enumerable.Range(0, 3).Select(_ => Step(groups)));

        Assert.False(groups.Has(Group));
        Assert.Equal((0, true), Step(groups));
    }

    [Fact]
    public void Many_offsets_expire_in_steps_and_their_group_goes_with_the_last()
    {
        GroupTable groups = Create();
        OffsetExpiry expiry = new(() => ClusterImage.Empty, retention: null);
        List<(int Records, bool IsLast)> steps = [];
        for (int i = 0; i < 3; i++)
        {
            GroupDecision decision = new(0, 0, ClusterImage.Empty);
            bool isLast = expiry.Decide(groups, Group, decision);
            Take(groups, decision);
            steps.Add((decision.Records.Count, isLast));
        }

        Assert.Equal([(GroupDeletion.StepMax, false), (GroupDeletion.StepMax, false), (2, true)], steps);
        Assert.False(groups.Has(Group));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(10_000)]
    public void The_largest_records_of_one_step_fit_into_a_batch(int length)
    {
        string group = new('\u20ac', length);
        byte[] key = GroupRecordCodec.WriteKey(GroupRecord.Of(
            new OffsetCommitKey { Group = group, Topic = new string('t', 249) }, value: null));

        // Beside its key a record has a few lengths and differences.
        Assert.True(GroupDeletion.StepMaxOf(group) > 1);
        Assert.True((key.Length + 32) * GroupDeletion.StepMaxOf(group) < GroupLog.BatchBytesMax);
    }

    private static GroupTable Create()
    {
        GroupTable groups = new(ScriptedGroup.Create, static () => ClusterImage.Empty);
        groups.Load(ScriptedGroup.Record(Group, 1));
        ((ScriptedGroup)groups.Find(Group)!).IsEmpty = true;
        for (int partition = 0; partition < Offsets; partition++)
        {
            groups.Load(GroupRecord.Of(
                new OffsetCommitKey { Group = Group, Topic = "orders", Partition = partition },
                new OffsetCommitValue { Offset = 1 }));
        }

        return groups;
    }

    private static (int Records, bool IsLast) Step(GroupTable groups)
    {
        GroupDecision decision = new(0, 0, ClusterImage.Empty);
        GroupReply<GroupDeletion.Step> reply = new(static error => new GroupDeletion.Step(error, IsLast: true));
        GroupDeletion.Delete(groups, Group, decision, reply);
        Take(groups, decision);
        return (decision.Records.Count, reply.Response!.IsLast);
    }

    private static void Take(GroupTable groups, GroupDecision decision)
    {
        foreach (GroupRecord record in decision.Records)
        {
            groups.Append(record);
            groups.Commit(record, 0);
        }
    }
}
