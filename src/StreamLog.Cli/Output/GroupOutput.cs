using StreamLog.Cli.Groups;

namespace StreamLog.Cli.Output;

/// <summary>Groups as text and as JSON.</summary>
internal static class GroupOutput
{
    public static void WriteList(TextWriter output, IReadOnlyList<GroupListing> groups, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, groups.Select(group => new { group = group.Name, group.Type, group.State }));
            return;
        }

        TextTable table = new("group", "type", "state");
        foreach (GroupListing group in groups)
            table.Add(group.Name, group.Type, group.State);
        table.WriteTo(output);
    }

    public static void WriteDescription(TextWriter output, GroupDescription group, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, Describe(group));
            return;
        }

        output.WriteLine(
            $"{group.Group.Name}  ({group.Group.Type}, {group.Group.State}"
            + (group.Assignor.Length > 0 ? $", shared by {group.Assignor})" : ")"));
        TextTable offsets = new("topic", "#partition", "#offset", "#end", "#lag", "member");
        foreach (GroupProgress each in group.Progress)
        {
            offsets.Add(
                each.Partition.Topic, each.Partition.Partition, each.Offset, each.End, each.Lag, each.MemberId);
        }

        offsets.WriteTo(output);
        if (group.Members.Count == 0)
            return;

        output.WriteLine();
        TextTable members = new("member", "instance", "client", "host", "#partitions");
        foreach (GroupMember member in group.Members)
        {
            members.Add(
                member.MemberId, member.InstanceId, member.ClientId, member.ClientHost, member.Partitions.Count);
        }

        members.WriteTo(output);
    }

    private static object Describe(GroupDescription group) => new
    {
        group = group.Group.Name,
        group.Group.Type,
        group.Group.State,
        group.Assignor,
        Offsets = group.Progress.Select(each => new
        {
            each.Partition.Topic,
            each.Partition.Partition,
            each.Offset,
            each.End,
            each.Lag,
            member = each.MemberId,
        }),
        Members = group.Members.Select(member => new
        {
            member.MemberId,
            member.InstanceId,
            member.ClientId,
            member.ClientHost,
            Partitions = member.Partitions.Select(partition => new { partition.Topic, partition.Partition }),
        }),
    };
}
