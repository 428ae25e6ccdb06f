using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class VarintTests
{
    public static TheoryData<long, byte[]> Known => new()
    {
        { 0, [0x00] },
        { -1, [0x01] },
        { 1, [0x02] },
        { 63, [0x7E] },
        { -64, [0x7F] },
        { 64, [0x80, 0x01] },
        { 8191, [0xFE, 0x7F] },
        { 8192, [0x80, 0x80, 0x01] },
        { int.MaxValue, [0xFE, 0xFF, 0xFF, 0xFF, 0x0F] },
        { int.MinValue, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F] },
        { long.MaxValue, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
        { long.MinValue, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
    };

    [Theory]
    [MemberData(nameof(Known))]
    public void A_number_is_written_and_read_in_known_bytes(long value, byte[] bytes)
    {
        byte[] written = new byte[Varint.MaxInt64Size];
        Varint.Write(ref written[0], Varint.ZigZag(value));
        Assert.Equal(bytes, written[..bytes.Length]);
        Assert.Equal(bytes.Length, Varint.SizeOf(Varint.ZigZag(value)));

        int position = 0;
        Assert.Equal(value, Varint.ReadInt64(bytes, ref position));
        Assert.Equal(bytes.Length, position);
        if (value is < int.MinValue or > int.MaxValue)
            return;

        position = 0;
        Assert.Equal((int)value, Varint.ReadInt32(bytes, ref position));
        Assert.Equal(bytes.Length, position);
        Assert.Equal(bytes.Length, Varint.SizeOf(Varint.ZigZag((int)value)));
        written.AsSpan().Clear();
        Varint.Write(ref written[0], Varint.ZigZag((int)value));
        Assert.Equal(bytes, written[..bytes.Length]);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x10 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    public void A_number_that_is_cut_or_too_wide_is_refused(byte[] bytes)
    {
        int position = 0;
        StreamLogException exception = Assert.Throws<StreamLogException>(() => Varint.ReadInt32(bytes, ref position));
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02 })]
    public void A_long_number_that_is_cut_or_too_wide_is_refused(byte[] bytes)
    {
        int position = 0;
        StreamLogException exception = Assert.Throws<StreamLogException>(() => Varint.ReadInt64(bytes, ref position));
        Assert.Equal(ErrorCode.CorruptMessage, exception.ErrorCode);
    }
}
