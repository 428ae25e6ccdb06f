using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Storage;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Reading one batch of a partition's log: from the recently written buffers, and from the page cache with its
/// checksum verified.</summary>
[MemoryDiagnoser]
public class StorageReads : IDisposable
{
    private const int Count = 64;

    private OpenLog? _open;
    private long _recordsEach;
    private int _next;

    [Params(65536, 1 << 20)]
    public int BatchBytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _open = new OpenLog();
        using RecordBuffer batch = Batches.Of(BatchBytes);
        for (int i = 0; i < Count; i++)
            _recordsEach = _open.Log.AppendAsLeader(batch, 0).LastOffset + 1;
        _recordsEach /= Count;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int ReadTail() => Read(Count - 1);

    [Benchmark]
    public int ReadFile() => Read(_next++ % (Count / 4));

    private int Read(int batch)
    {
        PartitionLog log = _open!.Log;
        LogReadResult result = log.Read(batch * _recordsEach, log.LogEndOffset, BatchBytes, atLeastOneBatch: true);
        using RecordBuffer records = result.Records;
        return result.ErrorCode == ErrorCode.None && records.Length > 0
            ? records.Length
            : throw new InvalidOperationException(result.Message);
    }
}
