namespace StreamLog.Replication;

/// <summary>How far one replica of a partition has come.</summary>
/// <param name="EndOffset">The offset before which the replica's records count: the end of what it has on disk, or of
/// its log where the topic does not wait for disks.</param>
/// <param name="IsInSync">Whether the high watermark waits for it.</param>
internal readonly record struct ReplicaProgress(long EndOffset, bool IsInSync);
