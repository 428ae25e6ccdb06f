using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Share;

/// <summary>A record of <c>__share_group_state</c> that this node writes: a whole snapshot. Immutable.</summary>
/// <param name="Key">Group and partition.</param>
/// <param name="Value">How far the group has come, or <see langword="null"/> to forget it.</param>
internal readonly record struct ShareStateRecord(SharePartitionKey Key, ShareSnapshotValue? Value);
