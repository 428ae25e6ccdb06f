using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Tests.Clients;

/// <summary>Puts records into the scripted broker's topic of orders, behind the back of any producer.</summary>
internal static class ScriptedRecords
{
    /// <summary>Appends numbers as texts, one millisecond apart.</summary>
    public static void Fill(this ScriptedBroker broker, int partition, int first, int count, int perBatch = 100)
    {
        using RecordBatchBuilder builder = new(1_000_000);
        for (int i = 0; i < count; i++)
        {
            builder.TryAppend(1000 + first + i, "key"u8, true, Encoding.UTF8.GetBytes($"{first + i}"), true, null);
            if (builder.Count == perBatch)
                broker.Append(partition, builder);
        }

        if (!builder.IsEmpty)
            broker.Append(partition, builder);
    }

    public static void Append(this ScriptedBroker broker, int partition, RecordBatchBuilder builder)
    {
        using RecordBuffer batch = builder.Build();
        broker.Do(() => broker.Partition("orders", partition).Append(batch.Span, int.MaxValue));
    }
}
