using StreamLog.Benchmarks.Load;
using StreamLog.Benchmarks.Micro;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Benchmarks.Scenarios;

/// <summary>One partition's log without a node around it: what the layers above add is the difference.</summary>
internal static class StorageRuns
{
    /// <summary>Appends one and the same batch again and again, on one thread.</summary>
    public static async Task<Measurement> AppendAsync(string directory, int records, byte[] payload, int batchBytes)
    {
        using OpenLog open = new(Path.Combine(directory, "data"));
        using RecordBuffer batch = Batches.Of(payload, batchBytes);
        int count = (int)open.Log.AppendAsLeader(batch, 0).LastOffset + 1;
        return await Stopwatches.MeasureAsync(records / count * count, () =>
        {
            for (int i = 0; i < records / count; i++)
            {
                AppendResult result = open.Log.AppendAsLeader(batch, 0);
                if (!result.IsSuccess)
                    throw new InvalidOperationException(result.Message);
            }

            return Task.CompletedTask;
        });
    }
}
