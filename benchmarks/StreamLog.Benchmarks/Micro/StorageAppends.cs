using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Appending one batch to a partition's log: check, copy, stamp, write. No flush.</summary>
[MemoryDiagnoser]
public class StorageAppends : IDisposable
{
    // The log begins again here, so that no run fills the disk.
    private const int BytesMax = 256 << 20;

    private OpenLog? _open;
    private RecordBuffer _batch = RecordBuffer.Empty;

    [Params(4096, 65536, 1 << 20)]
    public int BatchBytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _open = new OpenLog();
        _batch = Batches.Of(BatchBytes);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public long Append()
    {
        PartitionLog log = _open!.Log;
        AppendResult result = log.AppendAsLeader(_batch, 0);
        if (!result.IsSuccess)
            throw new InvalidOperationException(result.Message);
        if (log.SizeInBytes > BytesMax)
            log.TruncateTo(0);
        return result.LastOffset;
    }
}
