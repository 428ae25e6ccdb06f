using System.Buffers.Binary;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>An empty batch that stands for a run of offsets which have no record any more.</summary>
/// <remarks>
/// Kafka leaves a gap. But a batch's offset is not covered by its checksum: in a log without gaps each batch says what
/// the next one's must be, so that a false one is seen.
/// </remarks>
internal static class FillerBatch
{
    /// <summary>Writes one.</summary>
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
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.ProducerIdAt..], -1);
        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.ProducerEpochAt..], -1);
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.BaseSequenceAt..], -1);
        RecordBatchHeader.StampCrc(batch);
    }
}
