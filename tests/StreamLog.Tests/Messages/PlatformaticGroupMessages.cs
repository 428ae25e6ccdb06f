using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Messages;

/// <summary>The messages of the fixture <c>platformatic-groups.txt</c>, in its order, built from the same
/// values.</summary>
internal static class PlatformaticGroupMessages
{
    private static readonly byte[] Metadata = [0xc0, 0xff, 0xee];

    public static object[] All =>
    [
        Join("a", null, -1, null),
        Join("a", null, 60_000, null),
        Join("a", null, 60_000, null),
        Join("", "i", 60_000, null),
        Join("", "i", 60_000, null),
        Join("", "i", 60_000, null),
        Join("", "i", 60_000, "größer"),
        Join("", "i", 60_000, "größer"),
        Sync(null, null, null, isLeader: true),
        Sync("i", null, null, isLeader: false),
        Sync("i", null, null, isLeader: true),
        Sync(null, "consumer", "range", isLeader: true),
        new HeartbeatRequest { GroupId = "billing", GenerationId = 4, MemberId = "a" },
        new HeartbeatRequest { GroupId = "billing", GenerationId = 4, MemberId = "a", GroupInstanceId = "i" },
        new HeartbeatRequest { GroupId = "billing", GenerationId = 4, MemberId = "a" },
        new LeaveGroupRequest { GroupId = "billing", MemberId = "a" },
        Leave(null),
        Leave(null),
        Leave("done"),
        new DescribeGroupsRequest { Groups = ["billing", "audit"] },
        new DescribeGroupsRequest { Groups = ["billing"], IncludeAuthorizedOperations = true },
        new DescribeGroupsRequest { Groups = ["billing", "audit"], IncludeAuthorizedOperations = true },
        new DeleteGroupsRequest { GroupsNames = ["billing", "audit"] },
        new DeleteGroupsRequest { GroupsNames = ["billing", "audit"] },
        new OffsetDeleteRequest
        {
            GroupId = "billing",
            Topics =
            [
                new() { Name = "orders", Partitions = [new() { PartitionIndex = 3 }, new() { PartitionIndex = 4 }] },
            ],
        },
    ];

    private static JoinGroupRequest Join(string member, string? instance, int rebalanceTimeout, string? reason) => new()
    {
        GroupId = "billing",
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = rebalanceTimeout,
        MemberId = member,
        GroupInstanceId = instance,
        ProtocolType = "consumer",
        Protocols = [new() { Name = "range", Metadata = Metadata }, new() { Name = "sticky" }],
        Reason = reason,
    };

    private static SyncGroupRequest Sync(string? instance, string? type, string? protocol, bool isLeader) => new()
    {
        GroupId = "billing",
        GenerationId = 4,
        MemberId = "a",
        GroupInstanceId = instance,
        ProtocolType = type,
        ProtocolName = protocol,
        Assignments = isLeader ? [new() { MemberId = "a", Assignment = Metadata }, new() { MemberId = "b" }] : [],
    };

    private static LeaveGroupRequest Leave(string? reason) => new()
    {
        GroupId = "billing",
        Members = [new() { MemberId = "a", Reason = reason }, new() { GroupInstanceId = "i" }],
    };
}
