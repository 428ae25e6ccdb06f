using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Coordinators;

/// <summary>Writes the records of one partition that keeps state, and reads them all.</summary>
/// <remarks>Owned by a <see cref="StatePartition"/>, which lets one thread in at a time.</remarks>
/// <typeparam name="TRecord">What is written.</typeparam>
/// <param name="partition">The partition; this node leads it.</param>
internal abstract class StateLog<TRecord>(ReplicatedPartition partition)
{
    /// <summary>How large the records of one decision may be together. Some 80,000 offsets.</summary>
    public const int BatchBytesMax = 8 * 1024 * 1024;

    private const int ReadBytesMax = 4 * 1024 * 1024;

    /// <summary>Appends records as one batch: all of them or none.</summary>
    /// <param name="records">The records; not empty.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <param name="endOffset">The offset behind the last of them.</param>
    /// <returns>None once they are in the log, or why they are not, in the words of a coordinator.</returns>
    public ErrorCode Append(IReadOnlyList<TRecord> records, long timestamp, out long endOffset)
    {
        endOffset = -1;
        RecordBuffer? built;
        long? verifiedAt;
        try
        {
            built = TryBuild(records, timestamp, out verifiedAt);
        }
        catch (StreamLogException exception)
        {
            // A text is too long for its field. Nothing is written yet.
            return exception.ErrorCode;
        }

        using RecordBuffer? batch = built;
        if (batch is null)
            return ErrorOf(ErrorCode.MessageTooLarge);

        AppendResult appended = partition.Append(batch, AppendOrigin.Coordinator, verifiedAt);
        if (!appended.IsSuccess)
            return ErrorOf(appended.ErrorCode);

        endOffset = appended.LastOffset + 1;
        return ErrorCode.None;
    }

    /// <summary>Reads all that is committed.</summary>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public void ReadAll()
    {
        long offset = partition.Log.LogStartOffset;
        long end = partition.HighWatermark;
        while (offset < end)
        {
            LogReadResult read = partition.Log.Read(offset, end, ReadBytesMax, atLeastOneBatch: true);
            using RecordBuffer batches = read.Records;
            if (read.ErrorCode != ErrorCode.None || batches.Length == 0)
            {
                throw new StreamLogException(
                    read.ErrorCode == ErrorCode.None ? ErrorCode.KafkaStorageError : read.ErrorCode,
                    $"{partition.TopicPartition} cannot be read at offset {offset}. {read.Message}");
            }

            RecordBatchEnumerator walk = new(batches.Span);
            while (walk.MoveNext())
            {
                offset = walk.Header.NextOffset;
                Load(walk.Current, walk.Header);
            }
        }
    }

    /// <summary>Tells what a coordinator answers in place of what befell its log, so that clients know what to
    /// do.</summary>
    /// <param name="appended">What befell the log.</param>
    /// <returns>The error to answer.</returns>
    public virtual ErrorCode ErrorOf(ErrorCode appended) => StateErrors.Of(appended);

    /// <summary>Builds the batch of some records.</summary>
    /// <param name="records">The records; not empty.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <param name="verifiedAt">Where they belong to a transaction: the mark that had ended the producer's last one
    /// here when this one was verified.</param>
    /// <returns>The batch, or <see langword="null"/> where it would be too large.</returns>
    protected virtual RecordBuffer? TryBuild(IReadOnlyList<TRecord> records, long timestamp, out long? verifiedAt)
    {
        verifiedAt = null;
        using RecordBatchBuilder builder = new(BatchBytesMax);
        return TryBuild(builder, records, timestamp);
    }

    /// <summary>Builds a batch of records alone.</summary>
    /// <param name="builder">An empty batch.</param>
    /// <param name="records">The records; not empty.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch, or <see langword="null"/> where it would be too large.</returns>
    protected RecordBuffer? TryBuild(RecordBatchBuilder builder, IReadOnlyList<TRecord> records, long timestamp)
    {
        foreach (TRecord record in records)
        {
            byte[] key = WriteKey(record);
            byte[]? value = WriteValue(record);
            if (!builder.TryAppend(timestamp, key, hasKey: true, value, value is not null, headers: null))
                return null;
        }

        return builder.Build();
    }

    /// <summary>Encodes the key of a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The key.</returns>
    protected abstract byte[] WriteKey(TRecord record);

    /// <summary>Encodes the value of a record.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The value, or <see langword="null"/> for a tombstone.</returns>
    protected abstract byte[]? WriteValue(TRecord record);

    /// <summary>Takes a committed batch that is read when the node starts.</summary>
    /// <param name="batch">Its bytes.</param>
    /// <param name="header">Its header.</param>
    protected abstract void Load(ReadOnlySpan<byte> batch, RecordBatchHeader header);
}
