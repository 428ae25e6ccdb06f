using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Groups;

/// <summary>Writes the records of one partition of <c>__consumer_offsets</c>, and reads them all.</summary>
/// <remarks>Owned by an <see cref="OffsetsPartition"/>, which lets one thread in at a time.</remarks>
/// <param name="partition">The partition; this node leads it.</param>
internal sealed class GroupLog(ReplicatedPartition partition)
{
    /// <summary>How large the records of one decision may be together. Some 80,000 offsets.</summary>
    public const int BatchBytesMax = 8 * 1024 * 1024;

    private const int ReadBytesMax = 4 * 1024 * 1024;

    /// <summary>Appends records as one batch: all of them or none.</summary>
    /// <param name="records">The records; not empty.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <param name="endOffset">The offset behind the last of them.</param>
    /// <returns>None once they are in the log, or why they are not, in the words of a coordinator.</returns>
    public ErrorCode Append(IReadOnlyList<GroupRecord> records, long timestamp, out long endOffset)
    {
        endOffset = -1;
        using RecordBatchBuilder builder = new(BatchBytesMax);
        foreach (GroupRecord record in records)
        {
            byte[] key = GroupRecordCodec.WriteKey(record);
            bool hasValue = record.Value is not null;
            byte[] value = hasValue ? GroupRecordCodec.WriteValue(record) : [];
            if (!builder.TryAppend(timestamp, key, hasKey: true, value, hasValue, headers: null))
                return ErrorCode.InvalidCommitOffsetSize;
        }

        using RecordBuffer batch = builder.Build();
        AppendResult appended = partition.Append(batch, AppendOrigin.Coordinator);
        if (!appended.IsSuccess)
            return ErrorOf(appended.ErrorCode);

        endOffset = appended.LastOffset + 1;
        return ErrorCode.None;
    }

    /// <summary>Reads all that is committed.</summary>
    /// <param name="table">Takes the records.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public void ReadAll(GroupTable table)
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
                if (!walk.Header.IsControl)
                    Read(walk.Current, table);
            }
        }
    }

    /// <summary>Tells what a coordinator answers in place of what befell its log, so that clients know what to
    /// do.</summary>
    /// <param name="appended">What befell the log.</param>
    /// <returns>The error to answer.</returns>
    public static ErrorCode ErrorOf(ErrorCode appended) => appended switch
    {
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => ErrorCode.InvalidCommitOffsetSize,
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower => ErrorCode.NotCoordinator,
        _ => appended,
    };

    private static void Read(ReadOnlySpan<byte> batch, GroupTable table)
    {
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
