namespace StreamLog.Metadata;

/// <summary>The settings of Kafka's topics that are taken, kept and told, and change nothing here. Stateless.</summary>
/// <remarks>A value that would promise what is not kept is refused with the reason; Kafka's default never is, because
/// tools write it along with what they mean.</remarks>
internal static class InertConfigs
{
    private const string NoRemote =
        "StreamLog keeps a topic's segments on the disks of its nodes and has no remote storage. retention.ms and " +
        "retention.bytes bound what is kept.";

    /// <summary>Defines them.</summary>
    /// <returns>The settings.</returns>
    public static IEnumerable<ConfigDefinition> Define() =>
    [
        new()
        {
            Name = "compression.lz4.level",
            NodeName = "compression.lz4.level",
            Type = ConfigType.Int32,
            Default = "9",
            Min = 1,
            Max = 17,
            Documentation =
                "How hard lz4 would try where compression.type is lz4: 1 to 17. The codec has one level, so it " +
                "changes nothing.",
        },
        Throttled("follower.replication.throttled.replicas"),
        Throttled("leader.replication.throttled.replicas"),
        LocalRetention("local.retention.bytes", "How many bytes of records"),
        LocalRetention("local.retention.ms", "For how many milliseconds records"),
        Flag(
            "remote.log.copy.disable",
            nodeName: null,
            "Whether nothing is copied to a remote storage: there is none."),
        Flag(
            "remote.log.delete.on.disable",
            nodeName: null,
            "Whether a remote storage is emptied once it is not used any more: there is none."),
        Flag("remote.storage.enable", nodeName: null, "Whether segments go to a remote storage: there is none.") with
        {
            Allowed = ["false"],
            Reason = NoRemote,
        },
        Flag(
            "unclean.leader.election.enable",
            "unclean.leader.election.enable",
            "Whether a replica that is not in sync is elected where no other is left: only an administrator's " +
            "request elects one.") with
        {
            Allowed = ["false"],
            Reason = "No replica that is out of sync is elected by itself. An ElectLeaders request for an unclean " +
                "election does it.",
        },
    ];

    private static ConfigDefinition Throttled(string name) => new()
    {
        Name = name,
        NodeName = null,
        Type = ConfigType.List,
        Default = "",
        Form = (text => text == "*" || ConfigDefinition.Split(text).All(IsReplica),
            "Use '*', or replicas as partition:node, such as 0:1,1:2."),
        Documentation = "Which replicas are throttled where there is a quota on replication: there is none.",
    };

    private static ConfigDefinition LocalRetention(string name, string words) => new()
    {
        Name = name,
        NodeName = "log." + name,
        Type = ConfigType.Int64,
        Default = "-2",
        Min = -2,
        Documentation = words + " stay here beside a remote storage: there is none.",
    };

    private static ConfigDefinition Flag(string name, string? nodeName, string documentation) => new()
    {
        Name = name,
        NodeName = nodeName,
        Type = ConfigType.Boolean,
        Default = "false",
        Documentation = documentation,
    };

    private static bool IsReplica(string text)
    {
        string[] numbers = text.Split(':');
        return numbers.Length == 2 && Array.TrueForAll(numbers, number => number.Length > 0
            && number.All(char.IsAsciiDigit));
    }
}
