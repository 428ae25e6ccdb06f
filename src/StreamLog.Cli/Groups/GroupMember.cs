namespace StreamLog.Cli.Groups;

/// <summary>Who is in a group.</summary>
/// <param name="MemberId">The id that it has in the group.</param>
/// <param name="InstanceId">The name that it keeps across restarts, where it has one.</param>
/// <param name="ClientId">What the client calls itself.</param>
/// <param name="ClientHost">Where it comes from.</param>
/// <param name="Partitions">What it reads.</param>
internal sealed record GroupMember(
    string MemberId,
    string? InstanceId,
    string ClientId,
    string ClientHost,
    IReadOnlyList<TopicPartition> Partitions);
