using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>An offset that shows only once its transaction is committed.</summary>
/// <param name="Key">The group and the partition.</param>
/// <param name="Value">The offset.</param>
/// <param name="RecordOffset">Where its record lies.</param>
internal readonly record struct HeldOffset(OffsetCommitKey Key, OffsetCommitValue Value, long RecordOffset);
