using StreamLog.Protocol;
using StreamLog.Protocol.Compression;
using Xunit;

namespace StreamLog.Tests.Protocol.Compression;

// Goal: the memory of a decompression is bounded by its output, whatever window a frame claims, and no frame that
// Kafka's producers write is refused for its window.
// Method: frames by hand, with one raw block.
public sealed unsafe class ZstdWindowTests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 300).Select(i => (byte)i)];

    [Theory]
    [InlineData(10)]
    [InlineData(23)]
    [InlineData(25)]
    [InlineData(27)]
    [InlineData(31)]
    public void A_frame_comes_back_whatever_window_it_claims(int windowLog)
    {
        SkipWithoutLibrary();
        ICompressionCodec codec = CompressionCodecs.Get(CompressionType.Zstd);

        using RecordBuffer one = codec.Decompress(Frame(windowLog), 10_000);
        using RecordBuffer two = codec.Decompress([.. Frame(12), .. Frame(windowLog)], 10_000);

        Assert.Equal(Text, one.Span);
        Assert.Equal([.. Text, .. Text], two.Span);
        Assert.Throws<StreamLogException>(() => codec.Decompress(Frame(windowLog), Text.Length - 1));
        codec.Decompress(Frame(windowLog), Text.Length).Dispose();
        Assert.Throws<StreamLogException>(() => codec.Decompress(Frame(windowLog).AsSpan(0, 100), 10_000));
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(27, true)]
    public void A_stream_keeps_no_large_window(int windowLog, bool isRefused)
    {
        SkipWithoutLibrary();
        ZstdLibrary library = ZstdLibrary.Shared.Value!;
        nint stream = library.CreateDecompression();
        byte[] frame = Frame(windowLog);
        byte[] room = new byte[1000];
        fixed (byte* from = frame)
        fixed (byte* to = room)
        {
            ZstdBuffer input = new() { Start = from, Length = (nuint)frame.Length };
            ZstdBuffer output = new() { Start = to, Length = (nuint)room.Length };
            nuint result = library.DecompressStream(stream, &output, &input);
            Assert.Equal(isRefused, library.IsError(result));
            Assert.Equal(isRefused ? ZstdLibrary.WindowTooLarge : 0, library.ErrorCode(result));
        }

        library.FreeDecompression(stream);
    }

    // Magic, no content size and no checksum, the window, one last raw block.
    private static byte[] Frame(int windowLog)
    {
        int block = (Text.Length << 3) | 1;
        return
        [
            0x28, 0xB5, 0x2F, 0xFD, 0, (byte)((windowLog - 10) << 3),
            (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. Text,
        ];
    }

    private static void SkipWithoutLibrary() =>
        Assert.SkipWhen(ZstdLibrary.Shared.Value is null, "libzstd is not installed.");
}
