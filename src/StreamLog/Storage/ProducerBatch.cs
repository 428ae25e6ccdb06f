namespace StreamLog.Storage;

/// <summary>What is remembered of a batch, to know it again when its producer sends it twice.</summary>
/// <param name="LastSequence">The sequence of its last record, or -1 where it has none.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="OffsetDelta">How far the last record is behind the first one, in offsets and in sequences
/// alike.</param>
/// <param name="Timestamp">Its latest timestamp.</param>
internal readonly record struct ProducerBatch(int LastSequence, long LastOffset, int OffsetDelta, long Timestamp)
{
    public long BaseOffset => LastOffset - OffsetDelta;

    /// <summary>Gets the sequence of its first record. Sequences go on with 0 after 2^31 - 1.</summary>
    public int BaseSequence => LastSequence < 0 ? -1 : unchecked(LastSequence - OffsetDelta) & int.MaxValue;
}
