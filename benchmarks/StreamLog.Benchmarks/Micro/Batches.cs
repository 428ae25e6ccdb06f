using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Batches to append.</summary>
internal static class Batches
{
    /// <summary>Builds a batch of records of 100 bytes, as large as may be.</summary>
    public static RecordBuffer Of(int bytes)
    {
        byte[] payload = new byte[100];
        new Random(1).NextBytes(payload);
        return Of(payload, bytes);
    }

    /// <summary>Builds a batch of equal records, as large as may be.</summary>
    public static RecordBuffer Of(byte[] payload, int bytes)
    {
        using RecordBatchBuilder builder = new(bytes);
        while (builder.TryAppend(1_700_000_000_000, default, false, payload, true, null))
        {
        }

        return builder.Build();
    }
}
