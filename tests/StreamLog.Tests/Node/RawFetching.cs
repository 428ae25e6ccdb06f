using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>Fetches through the engine's door, and decodes what comes without any of the client's code.</summary>
internal static class RawFetching
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads a partition from an offset to its high watermark.</summary>
    /// <exception cref="StreamLogException">The engine refused, or its bytes are corrupt.</exception>
    public static async Task<List<StoredRecord>> ReadAllAsync(
        IBroker broker, TopicPartition source, long from, CancellationToken cancellationToken = default)
    {
        List<StoredRecord> records = [];
        long next = from;
        while (true)
        {
            using FetchResponse response = await FetchAsync(broker, source, next, cancellationToken);
            FetchResponse.PartitionData answer = response.Responses.Single().Partitions.Single();
            if (answer.ErrorCode != ErrorCode.None)
                throw new StreamLogException(answer.ErrorCode, $"Fetching {source} at {next}: {answer.ErrorCode}.");

            if (next >= answer.HighWatermark)
                return records;

            long before = next;
            next = Decode((answer.Records ?? RecordBuffer.Empty).Span, next, records);
            Assert.True(next > before, $"A fetch of {source} at {before} of {answer.HighWatermark} brought nothing.");
        }
    }

    /// <summary>Fetches once, without waiting.</summary>
    public static async Task<FetchResponse> FetchAsync(
        IBroker broker, TopicPartition source, long offset, CancellationToken cancellationToken = default)
    {
        FetchRequest.FetchPartition partition = new()
        {
            Partition = source.Partition,
            FetchOffset = offset,
            PartitionMaxBytes = MaxBytes,
        };
        FetchRequest request = new() { MaxWaitMs = 0, MinBytes = 0, MaxBytes = MaxBytes };
        request.Topics.Add(new() { Topic = source.Topic, Partitions = [partition] });
        return await broker.SendAsync(request, RequestContext.Local, cancellationToken);
    }

    // Returns the offset behind the last batch.
    private static long Decode(ReadOnlySpan<byte> batches, long from, List<StoredRecord> records)
    {
        long next = from;
        RecordBatchEnumerator walk = new(batches);
        while (walk.MoveNext())
        {
            RecordBatchHeader header = walk.Header;
            if (!RecordBatchHeader.HasValidCrc(walk.Current))
                throw new StreamLogException(ErrorCode.CorruptMessage, $"The CRC at {header.BaseOffset} is wrong.");

            using RecordReader reader = new(walk.Current);
            while (reader.MoveNext())
            {
                RecordView record = reader.Current;
                if (record.Offset >= from)
                {
                    records.Add(new StoredRecord(
                        record.Offset,
                        header.PartitionLeaderEpoch,
                        record.Timestamp,
                        record.HasKey ? Encoding.UTF8.GetString(record.Key) : null,
                        record.HasValue ? Encoding.UTF8.GetString(record.Value) : null));
                }
            }

            next = header.NextOffset;
        }

        return next;
    }
}
