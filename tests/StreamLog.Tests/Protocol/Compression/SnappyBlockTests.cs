using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Compression;
using Xunit;

namespace StreamLog.Tests.Protocol.Compression;

public sealed class SnappyBlockTests
{
    private static readonly SnappyCodec Codec = new();

    private static readonly byte[] Framing = [0x82, .. "SNAPPY"u8, 0, 0, 0, 0, 1, 0, 0, 0, 1];

    [Theory]
    [InlineData("aaaaa", new byte[] { 5, 0x00, (byte)'a', 0x01, 1 })] // A copy of four, one back.
    [InlineData("abababX", new byte[] { 7, 0x04, (byte)'a', (byte)'b', 0x0E, 2, 0, 0x00, (byte)'X' })]
    [InlineData("abab", new byte[] { 4, 0x04, (byte)'a', (byte)'b', 0x07, 2, 0, 0, 0 })]
    [InlineData("abc", new byte[] { 3, 60 << 2, 2, (byte)'a', (byte)'b', (byte)'c' })] // A long literal that is short.
    [InlineData("", new byte[] { 0 })]
    public void A_bare_block_is_decoded(string expected, byte[] block)
    {
        Assert.Equal(expected, Decode(block));
        byte[] chunk = [0, 0, 0, (byte)block.Length, .. block];
        Assert.Equal(expected + expected, Decode([.. Framing, .. chunk, .. chunk]));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 1 })] // Four gigabytes.
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(new byte[] { 2, 0x00, 1 })] // One byte less than said.
    [InlineData(new byte[] { 1, 0x04, 1, 2 })] // One more.
    [InlineData(new byte[] { 9, 0x04, 1 })] // A literal that is not there.
    [InlineData(new byte[] { 9, 63 << 2, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 9, 62 << 2, 1 })]
    [InlineData(new byte[] { 5, 0x00, 1, 0x01, 2 })] // Further back than there is.
    [InlineData(new byte[] { 5, 0x00, 1, 0x01, 0 })]
    [InlineData(new byte[] { 5, 0x00, 1, 0x0E, 1 })]
    [InlineData(new byte[] { 5, 0x00, 1, 0x0F, 1, 0, 0, 0x80 })]
    public void A_block_that_lies_is_refused(byte[] block)
    {
        Refused(block);
        Refused([.. Framing, 0, 0, 0, (byte)block.Length, .. block]);
    }

    [Fact]
    public void The_framing_is_checked()
    {
        byte[] chunk = [0, 0, 0, 3, 1, 0x00, (byte)'a'];
        Assert.Equal("a", Decode([.. Framing, .. chunk]));
        Assert.Equal("", Decode(Framing));
        Refused([.. Framing, .. chunk[..^1]]);
        Refused([.. Framing, 0, 0, 0]);
        Refused([.. Framing, 0x80, 0, 0, 0]);
        Refused(Framing[..12]);
        byte[] later = [.. Framing, .. chunk];
        later[15] = 2;
        Refused(later);
    }

    private static string Decode(byte[] bytes)
    {
        using RecordBuffer output = Codec.Decompress(bytes, 1_000_000);
        return Encoding.ASCII.GetString(output.Span);
    }

    private static void Refused(byte[] bytes) => Assert.Equal(
        ErrorCode.CorruptMessage,
        Assert.Throws<StreamLogException>(() => Codec.Decompress(bytes, 1_000_000).Dispose()).ErrorCode);
}
