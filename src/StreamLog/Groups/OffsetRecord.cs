using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>A record of <c>__consumer_offsets</c> that commits an offset, or forgets one.</summary>
/// <param name="Key">The group and the partition.</param>
/// <param name="Value">The offset, or <see langword="null"/> to forget it.</param>
internal readonly record struct OffsetRecord(OffsetCommitKey Key, OffsetCommitValue? Value);
