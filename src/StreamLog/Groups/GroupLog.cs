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
    /// <inheritdoc/>
    public override ErrorCode ErrorOf(ErrorCode appended) =>
        appended is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge
            ? ErrorCode.InvalidCommitOffsetSize
            : base.ErrorOf(appended);

    /// <inheritdoc/>
    protected override RecordBuffer? TryBuild(
        IReadOnlyList<GroupRecord> records, long timestamp, out long? verifiedAt)
    {
        verifiedAt = null;
        using RecordBatchBuilder builder = new(BatchBytesMax);
        foreach (GroupRecord record in records)
        {
            byte[] key = GroupRecordCodec.WriteKey(record);
            bool hasValue = record.Value is not null;
            byte[] value = hasValue ? GroupRecordCodec.WriteValue(record) : [];
            if (!builder.TryAppend(timestamp, key, hasKey: true, value, hasValue, headers: null))
                return null;
        }

        return builder.Build();
    }

    /// <inheritdoc/>
    protected override void Load(ReadOnlySpan<byte> batch, RecordBatchHeader header)
    {
        if (header.IsControl)
            return;

        using RecordReader reader = new(batch);
        while (reader.MoveNext())
        {
            // Kinds that came later than this version say nothing to it.
            RecordView record = reader.Current;
            if (record.HasKey && GroupRecordCodec.Read(record.Key, record.HasValue, record.Value) is { } known)
                table.Load(known);
        }
    }
}
