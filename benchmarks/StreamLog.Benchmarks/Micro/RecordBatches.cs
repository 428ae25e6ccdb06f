using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Building, checking, hashing and walking through one batch of records.</summary>
[MemoryDiagnoser]
public class RecordBatches
{
    /// <summary>How many records an operation handles.</summary>
    public const int Records = 2000;

    private readonly RecordBatchBuilder _builder = new(4 << 20);
    private byte[] _payload = [];
    private byte[] _batch = [];

    [Params(100, 1024)]
    public int PayloadBytes { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _payload = new byte[PayloadBytes];
        new Random(1).NextBytes(_payload);
        Fill();
        using RecordBuffer built = _builder.Build();
        _batch = built.Span.ToArray();
        _builder.Reset();
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public int Build()
    {
        Fill();
        using RecordBuffer built = _builder.Build();
        _builder.Reset();
        return built.Length;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public uint Checksum() => Crc32C.Compute(_batch);

    [Benchmark(OperationsPerInvoke = Records)]
    public bool Validate() =>
        RecordBatchValidator.Validate(_batch, new RecordBatchRules { MaxMessageBytes = int.MaxValue }).IsValid;

    [Benchmark(OperationsPerInvoke = Records)]
    public long Walk()
    {
        long sum = 0;
        using RecordReader reader = new(_batch);
        while (reader.MoveNext())
            sum += reader.Current.Value[0];
        return sum;
    }

    private void Fill()
    {
        for (int i = 0; i < Records; i++)
            _builder.TryAppend(1_700_000_000_000 + i, default, false, _payload, true, null);
    }
}
