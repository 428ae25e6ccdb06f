using System.Text;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Transactions;

/// <summary>Reads as a consumer of committed records does: it leaves out what the broker names as aborted.</summary>
internal static class CommittedReading
{
    public static async Task<List<string>> ReadAsync(BrokerHarness broker, string topic, int partition = 0)
    {
        List<string> values = [];
        long offset = 0;
        while (true)
        {
            FetchRequest request = BrokerHarness.FetchRequest(topic, partition, offset, maxBytes: 300);
            request.IsolationLevel = 1;
            using FetchResponse response = await broker.SendAsync(request);
            FetchResponse.PartitionData data = BrokerHarness.Single(response);
            Assert.Equal(ErrorCode.None, data.ErrorCode);
            Assert.True(data.LastStableOffset <= data.HighWatermark);
            if (data.Records!.Length == 0)
                return values;

            offset = Read(data, offset, values);
            Assert.True(offset <= data.LastStableOffset);
        }
    }

    private static long Read(FetchResponse.PartitionData data, long offset, List<string> values)
    {
        Queue<FetchResponse.AbortedTransaction> aborted = new(
            data.AbortedTransactions!.OrderBy(transaction => transaction.FirstOffset));
        HashSet<long> producers = [];
        RecordBatchEnumerator walk = new(data.Records!.Span);
        while (walk.MoveNext())
        {
            RecordBatchHeader header = walk.Header;
            while (aborted.TryPeek(out FetchResponse.AbortedTransaction? next)
                && next.FirstOffset <= header.LastOffset)
            {
                producers.Add(next.ProducerId);
                aborted.Dequeue();
            }

            offset = header.NextOffset;
            using RecordReader reader = new(walk.Current);
            while (reader.MoveNext())
            {
                if (header.IsControl)
                {
                    if (ControlRecords.ReadType(reader.Current) == ControlRecordType.Abort)
                        producers.Remove(header.ProducerId);
                }
                else if (!header.IsTransactional || !producers.Contains(header.ProducerId))
                {
                    values.Add(Encoding.UTF8.GetString(reader.Current.Value));
                }
            }
        }

        return offset;
    }
}
