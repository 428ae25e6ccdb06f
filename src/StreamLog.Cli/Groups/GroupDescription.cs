namespace StreamLog.Cli.Groups;

/// <summary>All that is known of a group.</summary>
/// <param name="Group">What it is.</param>
/// <param name="Assignor">Who shares its partitions among its members.</param>
/// <param name="Members">Who is in it.</param>
internal sealed record GroupDescription(GroupListing Group, string Assignor, IReadOnlyList<GroupMember> Members)
{
    public IReadOnlyList<GroupProgress> Progress { get; init; } = [];
}
