using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Kafka.Tests;

/// <summary>Makes the requests of clients that bring and take records.</summary>
internal static class Batches
{
    public static ProduceRequest Produce(string topic, short acks, params string[] values) => new()
    {
        Acks = acks,
        TimeoutMs = 10_000,
        TopicData =
        [
            new() { Name = topic, PartitionData = [new() { Index = 0, Records = Of(values) }] },
        ],
    };

    public static FetchRequest Fetch(string topic, long offset, int maxWaitMs = 0) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = 1,
        MaxBytes = int.MaxValue,
        Topics =
        [
            new()
            {
                Topic = topic,
                Partitions = [new() { Partition = 0, FetchOffset = offset, PartitionMaxBytes = int.MaxValue }],
            },
        ],
    };

    public static RecordBuffer Of(params string[] values)
    {
        using RecordBatchBuilder builder = new(values.Sum(value => value.Length) + (values.Length * 64) + 128);
        foreach (string value in values)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value);
            Assert.True(builder.TryAppend(1_000, default, hasKey: false, bytes, hasValue: true, headers: null));
        }

        return builder.Build();
    }

    public static List<string> ValuesOf(FetchResponse response)
    {
        List<string> values = [];
        foreach (FetchResponse.PartitionData partition in response.Responses.SelectMany(topic => topic.Partitions))
        {
            RecordBatchEnumerator batches = new(partition.Records!.Span);
            while (batches.MoveNext())
            {
                using RecordReader records = new(batches.Current);
                while (records.MoveNext())
                    values.Add(Encoding.UTF8.GetString(records.Current.Value));
            }
        }

        return values;
    }
}
