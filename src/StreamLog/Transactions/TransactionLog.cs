using StreamLog.Coordinators;
using StreamLog.Protocol.Records;
using StreamLog.Replication;

namespace StreamLog.Transactions;

/// <summary>Writes the records of one partition of <c>__transaction_state</c>, and reads them all.</summary>
/// <remarks>Owned by a <see cref="TransactionsPartition"/>, which lets one thread in at a time.</remarks>
/// <param name="partition">The partition; this node leads it.</param>
/// <param name="table">Takes the records that are read.</param>
internal sealed class TransactionLog(ReplicatedPartition partition, TransactionTable table)
    : StateLog<TransactionRecord>(partition)
{
    /// <inheritdoc/>
    protected override byte[] WriteKey(TransactionRecord record) =>
        TransactionRecordCodec.WriteKey(record.TransactionalId);

    /// <inheritdoc/>
    protected override byte[]? WriteValue(TransactionRecord record) =>
        record.State is null ? null : TransactionRecordCodec.WriteValue(record.State);

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
            if (record.HasKey && TransactionRecordCodec.Read(record.Key, record.HasValue, record.Value) is { } known)
                table.Load(known);
        }
    }
}
