using System.Buffers.Binary;

namespace StreamLog.Protocol.Records;

/// <summary>Builds and reads control batches: the marks that the cluster writes between the records of
/// applications.</summary>
/// <remarks>
/// <code>
/// key     i16 version 0, i16 type
/// value   of an end of a transaction: i16 version 0, i32 coordinator epoch
///         of a leader change: a LeaderChangeMessage, whose bytes this class passes on
///         of a header or footer of a snapshot: a SnapshotHeaderRecord or SnapshotFooterRecord, likewise
/// </code>
/// </remarks>
public static class ControlRecords
{
    private const int KeySize = 2 * sizeof(short);
    private const int EndTransactionSize = sizeof(short) + sizeof(int);

    // Header, record and a leader change among hundreds of voters.
    private const int SizeLimit = 64 * 1024;

    /// <summary>Builds the batch that ends a transaction in a partition.</summary>
    /// <param name="type"><see cref="ControlRecordType.Commit"/> or <see cref="ControlRecordType.Abort"/>.</param>
    /// <param name="producerId">The producer.</param>
    /// <param name="producerEpoch">Its epoch.</param>
    /// <param name="coordinatorEpoch">The epoch of the coordinator that says so.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The type ends no transaction.</exception>
    public static RecordBuffer BuildEndTransaction(
        ControlRecordType type, long producerId, short producerEpoch, int coordinatorEpoch, long timestamp)
    {
        if (type is not (ControlRecordType.Commit or ControlRecordType.Abort))
            throw new ArgumentOutOfRangeException(nameof(type), type, "Only Commit and Abort end a transaction.");

        Span<byte> value = stackalloc byte[EndTransactionSize];
        BinaryPrimitives.WriteInt16BigEndian(value, 0);
        BinaryPrimitives.WriteInt32BigEndian(value[sizeof(short)..], coordinatorEpoch);
        using RecordBatchBuilder builder = new(SizeLimit);
        builder.SetProducer(producerId, producerEpoch, baseSequence: -1, transactional: true);
        return Build(builder, type, value, timestamp);
    }

    /// <summary>Builds the batch that a new leader of a quorum begins with.</summary>
    /// <param name="message">The encoded LeaderChangeMessage, its version first.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    public static RecordBuffer BuildLeaderChange(ReadOnlySpan<byte> message, long timestamp)
    {
        using RecordBatchBuilder builder = new(SizeLimit);
        return Build(builder, ControlRecordType.LeaderChange, message, timestamp);
    }

    /// <summary>Builds the batch that a snapshot of the metadata log begins with.</summary>
    /// <param name="message">The encoded SnapshotHeaderRecord.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    public static RecordBuffer BuildSnapshotHeader(ReadOnlySpan<byte> message, long timestamp)
    {
        using RecordBatchBuilder builder = new(SizeLimit);
        return Build(builder, ControlRecordType.SnapshotHeader, message, timestamp);
    }

    /// <summary>Builds the batch that a snapshot of the metadata log ends with. Without it the snapshot is not
    /// whole.</summary>
    /// <param name="message">The encoded SnapshotFooterRecord.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    public static RecordBuffer BuildSnapshotFooter(ReadOnlySpan<byte> message, long timestamp)
    {
        using RecordBatchBuilder builder = new(SizeLimit);
        return Build(builder, ControlRecordType.SnapshotFooter, message, timestamp);
    }

    /// <summary>Reads the type of a control record from its key.</summary>
    /// <param name="record">A record of a control batch.</param>
    /// <returns>The type. It may be a number that is not known here: such a mark is passed over.</returns>
    /// <exception cref="StreamLogException">The key is not one of a control record.</exception>
    public static ControlRecordType ReadType(in RecordView record)
    {
        if (!record.HasKey || record.Key.Length < KeySize)
            CorruptBatch.Throw($"the key of a control record has {record.Key.Length} bytes instead of {KeySize}");
        if (BinaryPrimitives.ReadInt16BigEndian(record.Key) < 0)
            CorruptBatch.Throw("the key of a control record has a negative version");
        return (ControlRecordType)BinaryPrimitives.ReadInt16BigEndian(record.Key[sizeof(short)..]);
    }

    /// <summary>Reads the epoch of the coordinator from the end of a transaction.</summary>
    /// <param name="record">A control record of type <see cref="ControlRecordType.Commit"/> or Abort.</param>
    /// <returns>The epoch.</returns>
    /// <exception cref="StreamLogException">The value is not one of such a record.</exception>
    public static int ReadCoordinatorEpoch(in RecordView record)
    {
        // Later versions may add fields behind, so more bytes are no fault.
        if (!record.HasValue || record.Value.Length < EndTransactionSize)
        {
            CorruptBatch.Throw(
                $"the end of a transaction has {record.Value.Length} bytes instead of {EndTransactionSize}");
        }

        if (BinaryPrimitives.ReadInt16BigEndian(record.Value) < 0)
            CorruptBatch.Throw("the end of a transaction has a negative version");
        return BinaryPrimitives.ReadInt32BigEndian(record.Value[sizeof(short)..]);
    }

    private static RecordBuffer Build(
        RecordBatchBuilder builder, ControlRecordType type, ReadOnlySpan<byte> value, long timestamp)
    {
        Span<byte> key = stackalloc byte[KeySize];
        BinaryPrimitives.WriteInt16BigEndian(key, 0);
        BinaryPrimitives.WriteInt16BigEndian(key[sizeof(short)..], (short)type);
        builder.IsControl = true;
        builder.TryAppend(timestamp, key, hasKey: true, value, hasValue: true, headers: null);
        return builder.Build();
    }
}
