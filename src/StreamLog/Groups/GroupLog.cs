using StreamLog.Coordinators;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>Writes the records of one partition of <c>__consumer_offsets</c>, and reads them all.</summary>
/// <remarks>Owned by an <see cref="OffsetsPartition"/>, which lets one thread in at a time.</remarks>
/// <param name="partition">The partition; this node leads it.</param>
/// <param name="table">Takes the records that are read.</param>
internal sealed class GroupLog(ReplicatedPartition partition, GroupTable table) : StateLog<GroupRecord>(partition)
{
    /// <summary>Tells whether records fit into one batch.</summary>
    /// <param name="records">The records.</param>
    /// <returns><see langword="true"/> if they do.</returns>
    public static bool Fits(IEnumerable<GroupRecord> records)
    {
        // Lengths and deltas of a record, and the batch's header once.
        const int RecordOverhead = 32;
        const int BatchOverhead = 1_024;
        long bytes = BatchOverhead;
        foreach (GroupRecord record in records)
        {
            bytes += RecordOverhead + GroupRecordCodec.WriteKey(record).Length
                + (record.Value is null ? 0 : GroupRecordCodec.WriteValue(record).Length);
        }

        return bytes <= BatchBytesMax;
    }

    /// <inheritdoc/>
    public override ErrorCode ErrorOf(ErrorCode appended) =>
        appended is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge
            ? ErrorCode.InvalidCommitOffsetSize
            : base.ErrorOf(appended);

    /// <inheritdoc/>
    protected override RecordBuffer? TryBuild(
        IReadOnlyList<GroupRecord> records, long timestamp, out long? verifiedAt)
    {
        ProducerStamp? producer = records[0].Producer;
        verifiedAt = producer?.VerifiedAt;
        if (records[0].Key is TransactionMark mark)
        {
            return ControlRecords.BuildEndTransaction(
                mark.IsCommit ? ControlRecordType.Commit : ControlRecordType.Abort,
                mark.ProducerId,
                mark.ProducerEpoch,
                mark.CoordinatorEpoch,
                timestamp);
        }

        using RecordBatchBuilder builder = new(BatchBytesMax);
        if (producer is not null)
        {
            builder.SetProducer(
                producer.ProducerId, producer.ProducerEpoch, baseSequence: -1, transactional: true);
        }

        return TryBuild(builder, records, timestamp);
    }

    /// <inheritdoc/>
    protected override byte[] WriteKey(GroupRecord record) => GroupRecordCodec.WriteKey(record);

    /// <inheritdoc/>
    protected override byte[]? WriteValue(GroupRecord record) =>
        record.Value is null ? null : GroupRecordCodec.WriteValue(record);

    /// <inheritdoc/>
    protected override void Load(ReadOnlySpan<byte> batch, RecordBatchHeader header)
    {
        using RecordReader reader = new(batch);
        if (header.IsControl)
        {
            if (reader.MoveNext() && MarkOf(reader.Current, header) is { } mark)
                table.Load(GroupRecord.Of(mark), header.BaseOffset);
            return;
        }

        // Nothing is appended for it any more: when it was verified does not matter.
        ProducerStamp? producer = header.IsTransactional
            ? new ProducerStamp(header.ProducerId, header.ProducerEpoch, VerifiedAt: -1)
            : null;
        while (reader.MoveNext())
        {
            // Kinds that came later than this version say nothing to it.
            RecordView record = reader.Current;
            if (record.HasKey && GroupRecordCodec.Read(record.Key, record.HasValue, record.Value) is { } known)
                table.Load(known with { Producer = producer }, record.Offset);
        }
    }

    private static TransactionMark? MarkOf(in RecordView record, RecordBatchHeader header)
    {
        ControlRecordType type = ControlRecords.ReadType(record);
        return type is ControlRecordType.Commit or ControlRecordType.Abort
            ? new TransactionMark(
                header.ProducerId,
                header.ProducerEpoch,
                type == ControlRecordType.Commit,
                ControlRecords.ReadCoordinatorEpoch(record))
            : null;
    }
}
