using System.Buffers.Binary;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Writes batches without records, which stand for offsets that are no more.</summary>
/// <remarks>As Kafka's compaction leaves them where it must keep a batch and none of its records.</remarks>
internal static class EmptyBatch
{
    /// <summary>Writes a batch that stands for offsets and names no producer and no time.</summary>
    /// <param name="target">Where it goes: <see cref="RecordBatchHeader.Size"/> bytes.</param>
    /// <param name="baseOffset">The first offset.</param>
    /// <param name="lastOffset">The last one.</param>
    /// <param name="leaderEpoch">The epoch in which they were given.</param>
    public static void Write(Span<byte> target, long baseOffset, long lastOffset, int leaderEpoch)
    {
        Span<byte> batch = target[..RecordBatchHeader.Size];
        batch.Clear();
        RecordBatchHeader.Stamp(batch, baseOffset, leaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(
            batch[RecordBatchHeader.BatchLengthAt..], RecordBatchHeader.Size - RecordBatchHeader.LengthPrefix);
        batch[RecordBatchHeader.MagicAt] = (byte)RecordBatchHeader.CurrentMagic;
        BinaryPrimitives.WriteInt32BigEndian(
            batch[RecordBatchHeader.LastOffsetDeltaAt..], checked((int)(lastOffset - baseOffset)));
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseTimestampAt..], -1);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampAt..], -1);
        RecordBatchHeader.StampProducer(batch, -1, -1, -1);
    }
}
