using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Storage;

namespace StreamLog.Quorum;

/// <summary>Reads the metadata log. Stateless.</summary>
internal static class QuorumReplay
{
    private const int ReadBytesMax = 4 * 1024 * 1024;

    /// <summary>Hands all batches from an offset on to a listener.</summary>
    /// <param name="log">The log.</param>
    /// <param name="start">The offset of the first record.</param>
    /// <param name="listener">Who hears of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The offset behind the last record that the listener has heard of; 0 if there was none.</returns>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public static long Run(
        PartitionLog log, long start, IMetadataListener listener, CancellationToken cancellationToken)
    {
        long offset = start;
        long end = log.LogEndOffset;
        long heard = 0;
        List<ReadOnlyMemory<byte>> records = [];
        while (offset < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using RecordBuffer batches = Read(log, offset, end, ReadBytesMax);
            RecordBatchEnumerator walk = new(batches.Span);
            while (walk.MoveNext())
            {
                offset = walk.Header.NextOffset;
                if (walk.Header.IsControl)
                    continue;
                if (walk.Header.BaseOffset < start)
                {
                    throw new StreamLogException(
                        ErrorCode.KafkaStorageError,
                        $"The metadata log has a batch of {walk.Header.BaseOffset} to {offset}, and is to be read " +
                        $"from {start} on, where its snapshot ends. Restore the data directory from a copy.");
                }

                SnapshotReader.CopyRecords(walk.Current, records);
                listener.Committed(walk.Header.BaseOffset, walk.Header.PartitionLeaderEpoch, records);
                records.Clear();
                heard = offset;
            }
        }

        return heard;
    }

    /// <summary>Returns the time of the batch that ends at an offset.</summary>
    /// <param name="log">The log.</param>
    /// <param name="endOffset">The offset behind it.</param>
    /// <returns>The time, in Unix milliseconds.</returns>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public static long TimestampBefore(PartitionLog log, long endOffset)
    {
        using RecordBuffer batch = Read(log, endOffset - 1, endOffset, maxBytes: 1);
        return new RecordBatchHeader(batch.Span).MaxTimestamp;
    }

    private static RecordBuffer Read(PartitionLog log, long offset, long end, int maxBytes)
    {
        LogReadResult read = log.Read(offset, end, maxBytes, atLeastOneBatch: true);
        if (read.ErrorCode == ErrorCode.None && read.Records.Length > 0)
            return read.Records;

        read.Records.Dispose();
        throw new StreamLogException(
            read.ErrorCode == ErrorCode.None ? ErrorCode.KafkaStorageError : read.ErrorCode,
            $"The metadata log cannot be read at offset {offset}. {read.Message}");
    }
}
