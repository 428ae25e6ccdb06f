using StreamLog.Groups.Classic;

namespace StreamLog.Groups;

/// <summary>What a list of groups tells of one.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ProtocolType">What its members are; empty where it never had any.</param>
/// <param name="State">Kafka's word for its state.</param>
/// <param name="Type">Kafka's word for its protocol.</param>
internal readonly record struct GroupListing(string Name, string ProtocolType, string State, string Type)
{
    /// <summary>Lists the groups of a table.</summary>
    /// <param name="groups">The table.</param>
    /// <returns>The groups, in no order.</returns>
    public static IReadOnlyList<GroupListing> FindAll(GroupTable groups) =>
    [
        .. groups.Groups.Select(group => new GroupListing(group.Name, group.ProtocolType, group.State, group.Type)),
        .. groups.Offsets.Groups.Where(name => groups.Find(name) is null).Select(OfOffsets),
    ];

    // Who commits without ever joining has a group without members, which Kafka calls a classic one.
    private static GroupListing OfOffsets(string name) =>
        new(name, "", nameof(ClassicGroupState.Empty), ClassicGroup.TypeName);
}
