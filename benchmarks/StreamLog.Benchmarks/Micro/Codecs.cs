using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using StreamLog.Protocol;
using StreamLog.Protocol.Compression;

namespace StreamLog.Benchmarks.Micro;

/// <summary>Compressing and decompressing 64 KiB of text that repeats itself as JSON does.</summary>
[MemoryDiagnoser]
public class Codecs
{
    private const int Bytes = 65536;

    private readonly ArrayBufferWriter<byte> _output = new(2 * Bytes);
    private ICompressionCodec _codec = CompressionCodecs.Get(CompressionType.Lz4);
    private byte[] _plain = [];
    private byte[] _compressed = [];

    public static IReadOnlyList<CompressionType> Types { get; } =
        [.. Enum.GetValues<CompressionType>().Where(type =>
            type != CompressionType.None && CompressionCodecs.IsAvailable(type))];

    [ParamsSource(nameof(Types))]
    public CompressionType Type { get; set; } = CompressionType.Lz4;

    [GlobalSetup]
    public void Prepare()
    {
        _codec = CompressionCodecs.Get(Type);
        _plain = new byte[Bytes];
        Random random = new(1);
        for (int at = 0; at < Bytes;)
        {
            string text = $"{{\"order\":{random.Next(1_000_000)},\"customer\":\"c-{random.Next(5000)}\"}}\n";
            byte[] line = Encoding.UTF8.GetBytes(text);
            int count = Math.Min(line.Length, Bytes - at);
            line.AsSpan(0, count).CopyTo(_plain.AsSpan(at));
            at += count;
        }

        Compress();
        _compressed = _output.WrittenSpan.ToArray();
    }

    [Benchmark]
    public int Compress()
    {
        _output.ResetWrittenCount();
        _codec.Compress(_plain, _output);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Decompress()
    {
        using RecordBuffer plain = _codec.Decompress(_compressed, Bytes);
        return plain.Length;
    }
}
