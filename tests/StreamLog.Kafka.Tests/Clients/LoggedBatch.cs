using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>A batch as it stands in the log: what a client has sent, and not what it was told to send.</summary>
/// <param name="Codec">How its records are compressed.</param>
/// <param name="HasProducerId">Whether an idempotent producer has sent it.</param>
/// <param name="IsTransactional">Whether it belongs to a transaction.</param>
/// <param name="Values">The values of its records.</param>
internal sealed record LoggedBatch(
    CompressionType Codec, bool HasProducerId, bool IsTransactional, IReadOnlyList<string> Values)
{
    /// <summary>Reads all batches of a topic that have records of clients.</summary>
    /// <param name="broker">The broker: it leads all partitions.</param>
    /// <param name="topic">The topic.</param>
    public static async Task<List<LoggedBatch>> ReadAsync(IBroker broker, string topic)
    {
        List<LoggedBatch> batches = [];
        MetadataRequest question = new() { Topics = [new() { Name = topic }] };
        MetadataResponse metadata = await broker.SendAsync(question, new RequestContext(), default);
        foreach (MetadataResponse.MetadataResponsePartition partition in metadata.Topics[0].Partitions)
        {
            long offset = 0;
            for (long next = -1; next != offset;)
            {
                next = offset;
                FetchRequest request = Batches.Fetch(topic, offset);
                request.Topics[0].Partitions[0].Partition = partition.PartitionIndex;
                using FetchResponse response = await broker.SendAsync(request, new RequestContext(), default);
                FetchResponse.PartitionData answer = response.Responses[0].Partitions[0];
                Assert.Equal(ErrorCode.None, answer.ErrorCode);
                offset = Take((answer.Records ?? RecordBuffer.Empty).Span, offset, batches);
            }
        }

        return batches;
    }

    private static long Take(ReadOnlySpan<byte> records, long offset, List<LoggedBatch> batches)
    {
        RecordBatchEnumerator enumerator = new(records);
        while (enumerator.MoveNext())
        {
            RecordBatchHeader header = new(enumerator.Current);
            offset = header.NextOffset;
            if (header.IsControl)
                continue;

            List<string> values = [];
            using RecordReader reader = new(enumerator.Current);
            while (reader.MoveNext())
                values.Add(Encoding.UTF8.GetString(reader.Current.Value));
            batches.Add(new LoggedBatch(header.Compression, header.HasProducerId, header.IsTransactional, values));
        }

        return offset;
    }
}
