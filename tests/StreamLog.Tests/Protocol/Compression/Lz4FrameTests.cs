using System.Buffers.Binary;
using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Compression;
using Xunit;

namespace StreamLog.Tests.Protocol.Compression;

public sealed class Lz4FrameTests
{
    private static readonly Lz4Codec Codec = new();

    // Published values of xxHash32 with seed 0.
    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void The_hash_agrees_with_published_values(string text, uint expected) =>
        Assert.Equal(expected, XxHash32.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_block_with_an_overlapping_match_is_decoded()
    {
        // Two literals, then a match of nine bytes, two back; then one literal.
        Assert.Equal("abababababaX", Decode(Frame(0x60, [0x25, (byte)'a', (byte)'b', 2, 0, 0x10, (byte)'X'])));
    }

    [Fact]
    public void Linked_blocks_reach_back_and_independent_ones_do_not()
    {
        byte[] first = [0x40, (byte)'a', (byte)'b', (byte)'c', (byte)'d'];
        byte[] second = [0x00, 4, 0, 0x10, (byte)'X']; // Four bytes, four back: the block before.
        Assert.Equal("abcdabcdX", Decode(Frame(0x40, first, second)));
        Refused(Frame(0x60, first, second));
    }

    [Fact]
    public void Frames_follow_one_another_and_some_are_passed_over()
    {
        byte[] frame = Frame(0x60, [0x10, (byte)'a']);
        byte[] skipped = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        Assert.Equal("aa", Decode([.. frame, .. skipped, .. frame]));
        Refused([.. frame, 1, 2, 3, 4]);
        Refused([.. frame, 1]);
    }

    [Fact]
    public void Checksums_of_block_and_content_are_checked()
    {
        byte[] block = [0x30, (byte)'a', (byte)'b', (byte)'c'];
        byte[] frame = [.. Head(0x74), 4, 0, 0, 0, .. block, .. Hash(block), 0, 0, 0, 0, .. Hash("abc"u8)];
        Assert.Equal("abc", Decode(frame));
        foreach (int at in (int[])[7 + 4 + 4, frame.Length - 1])
        {
            byte[] damaged = [.. frame];
            damaged[at] ^= 1;
            Refused(damaged);
        }
    }

    [Fact]
    public void The_size_of_the_content_is_checked()
    {
        byte[] block = [0x30, (byte)'a', (byte)'b', (byte)'c'];
        Assert.Equal("abc", Decode([.. Head(0x68, 3, 0, 0, 0, 0, 0, 0, 0), 4, 0, 0, 0, .. block, 0, 0, 0, 0]));
        Refused([.. Head(0x68, 4, 0, 0, 0, 0, 0, 0, 0), 4, 0, 0, 0, .. block, 0, 0, 0, 0]);
    }

    [Theory]
    [InlineData(0x20)] // Version 0.
    [InlineData(0x62)] // The reserved bit.
    [InlineData(0x61)] // A dictionary.
    public void A_frame_that_cannot_be_read_is_refused(byte flags) => Refused(Frame(flags, [0x10, (byte)'a']));

    [Fact]
    public void A_header_that_fails_its_checksum_is_refused()
    {
        byte[] frame = Frame(0x60, [0x10, (byte)'a']);
        frame[6] ^= 1;
        Refused(frame);
    }

    [Theory]
    [InlineData(new byte[] { 0x20, 1 })] // A literal too few.
    [InlineData(new byte[] { 0x10, 1, 0, 0 })] // No way back at all.
    [InlineData(new byte[] { 0x10, 1, 2, 0, 0x00 })] // Two back where there is one.
    [InlineData(new byte[] { 0x10, 1, 1 })] // Half a distance.
    [InlineData(new byte[] { 0x10, 1, 1, 0 })] // A match at the end.
    [InlineData(new byte[] { 0x1F, 1, 1, 0, 255, 255 })] // A length without an end.
    [InlineData(new byte[] { 0xF0, 255 })]
    public void A_block_that_lies_is_refused(byte[] block) => Refused(Frame(0x60, block));

    [Fact]
    public void A_block_larger_than_the_frame_allows_is_refused()
    {
        byte[] stored = new byte[65_537];
        Refused([.. Head(0x60), .. Field((uint)stored.Length | 0x8000_0000), .. stored, 0, 0, 0, 0]);
        // Literals of zero and matches of 255 * 255 bytes and more.
        byte[] block = [0x1F, 1, 1, 0, .. Enumerable.Repeat((byte)255, 300), 0, 0x00];
        Refused(Frame(0x60, block));
    }

    private static byte[] Frame(byte flags, params byte[][] blocks) =>
        [.. Head(flags), .. blocks.SelectMany(block => (byte[])[.. Field((uint)block.Length), .. block]), 0, 0, 0, 0];

    private static byte[] Head(byte flags, params byte[] size)
    {
        byte[] descriptor = [flags, 0x40, .. size];
        return [0x04, 0x22, 0x4D, 0x18, .. descriptor, (byte)(XxHash32.Compute(descriptor) >> 8)];
    }

    private static byte[] Hash(ReadOnlySpan<byte> bytes) => Field(XxHash32.Compute(bytes));

    private static byte[] Field(uint value)
    {
        byte[] field = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(field, value);
        return field;
    }

    private static string Decode(byte[] frame)
    {
        using RecordBuffer output = Codec.Decompress(frame, 1_000_000);
        return Encoding.ASCII.GetString(output.Span);
    }

    private static void Refused(byte[] frame) => Assert.Equal(
        ErrorCode.CorruptMessage,
        Assert.Throws<StreamLogException>(() => Codec.Decompress(frame, 1_000_000).Dispose()).ErrorCode);
}
