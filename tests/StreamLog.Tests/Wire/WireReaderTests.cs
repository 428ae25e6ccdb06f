using StreamLog.Protocol;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Wire;

public sealed class WireReaderTests
{
    private delegate void Reading(ref WireReader reader);

    [Fact]
    public void Fixed_numbers_are_big_endian()
    {
        WireReader reader = new(Convert.FromHexString(
            "01" + "FE" + "0102" + "FFFE" + "01020304" + "FFFFFFFE" + "0102030405060708" + "3FF8000000000000" +
            "00112233445566778899AABBCCDDEEFF"));

        Assert.True(reader.ReadBoolean());
        Assert.Equal(-2, reader.ReadInt8());
        Assert.Equal(0x0102, reader.ReadInt16());
        Assert.Equal(0xFFFE, reader.ReadUInt16());
        Assert.Equal(0x01020304, reader.ReadInt32());
        Assert.Equal(0xFFFFFFFE, reader.ReadUInt32());
        Assert.Equal(0x0102030405060708, reader.ReadInt64());
        Assert.Equal(1.5, reader.ReadFloat64());
        Assert.Equal(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), reader.ReadUuid());
        reader.End();
    }

    // The vectors of the varint encoding that Kafka took over.
    [Theory]
    [InlineData("00", 0u)]
    [InlineData("7F", 127u)]
    [InlineData("8001", 128u)]
    [InlineData("AC02", 300u)]
    [InlineData("FFFFFFFF0F", uint.MaxValue)]
    public void Unsigned_varints_are_read(string hex, uint expected) =>
        Assert.Equal(expected, new WireReader(Convert.FromHexString(hex)).ReadUnsignedVarint());

    [Theory]
    [InlineData("00", 0)]
    [InlineData("01", -1)]
    [InlineData("02", 1)]
    [InlineData("FEFFFFFF0F", int.MaxValue)]
    [InlineData("FFFFFFFF0F", int.MinValue)]
    public void Zigzag_varints_are_read(string hex, int expected) =>
        Assert.Equal(expected, new WireReader(Convert.FromHexString(hex)).ReadVarint());

    [Theory]
    [InlineData("00", 0)]
    [InlineData("01", -1)]
    [InlineData("FEFFFFFFFFFFFFFFFF01", long.MaxValue)]
    [InlineData("FFFFFFFFFFFFFFFFFF01", long.MinValue)]
    public void Zigzag_varlongs_are_read(string hex, long expected) =>
        Assert.Equal(expected, new WireReader(Convert.FromHexString(hex)).ReadVarlong());

    [Theory]
    [InlineData("FFFFFFFF10")]
    [InlineData("8080808080")]
    [InlineData("808080808000")]
    [InlineData("80")]
    [InlineData("")]
    public void A_varint_that_does_not_end_or_fit_is_refused(string hex) =>
        AssertMalformed(hex, static (ref reader) => reader.ReadUnsignedVarint());

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF02")]
    [InlineData("80808080808080808080")]
    public void A_varlong_that_does_not_fit_is_refused(string hex) =>
        AssertMalformed(hex, static (ref reader) => reader.ReadVarlong());

    [Theory]
    [InlineData(false, "0003", "616263")]
    [InlineData(true, "04", "616263")]
    public void Strings_have_classic_and_compact_lengths(bool compact, string length, string text)
    {
        WireReader reader = new(Convert.FromHexString(length + text));

        Assert.Equal("abc", reader.ReadString(compact));
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData(false, "FFFF", null)]
    [InlineData(true, "00", null)]
    [InlineData(false, "0000", "")]
    [InlineData(true, "01", "")]
    public void A_null_string_is_not_an_empty_one(bool compact, string hex, string? expected) =>
        Assert.Equal(expected, new WireReader(Convert.FromHexString(hex)).ReadNullableString(compact));

    [Theory]
    [InlineData(false, "FFFF")]
    [InlineData(true, "00")]
    [InlineData(false, "FFFE")]
    [InlineData(false, "000261")]
    [InlineData(true, "0361")]
    [InlineData(true, "FFFFFFFF0F")]
    [InlineData(true, "02FF")]
    public void A_string_that_is_null_short_or_not_text_is_refused(bool compact, string hex)
    {
        AssertMalformed(hex, compact
            ? static (ref reader) => reader.ReadString(compact: true)
            : static (ref reader) => reader.ReadString(compact: false));
    }

    [Fact]
    public void A_string_beyond_the_limit_is_refused_though_its_bytes_are_there()
    {
        byte[] bytes = new byte[WireLimits.StringBytesMax + 10];
        WireWriter writer = new(10);
        writer.WriteUnsignedVarint(WireLimits.StringBytesMax + 2);
        writer.Written.CopyTo(bytes);
        writer.Dispose();

        AssertMalformed(Convert.ToHexString(bytes), static (ref reader) => reader.ReadString(compact: true));
    }

    [Theory]
    [InlineData("7FFFFFFF")]
    [InlineData("80000000")]
    [InlineData("FFFFFFFE")]
    [InlineData("00000003" + "0000000000000000")]
    public void An_array_that_cannot_be_is_refused_before_anything_is_allocated(string hex) =>
        AssertMalformed(hex, static (ref reader) => reader.ReadNullableArrayLength(compact: false, itemBytesMin: 4));

    [Fact]
    public void An_array_beyond_the_limit_is_refused_though_its_bytes_are_there()
    {
        byte[] bytes = new byte[WireLimits.ArrayLengthMax + 10];
        WireWriter writer = new(10);
        writer.WriteInt32(WireLimits.ArrayLengthMax + 1);
        writer.Written.CopyTo(bytes);
        writer.Dispose();

        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => new WireReader(bytes).ReadArrayLength(compact: false, itemBytesMin: 1));

        Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
    }

    [Fact]
    public void An_array_that_is_null_is_told_from_an_empty_one()
    {
        Assert.Equal(-1, new WireReader([0]).ReadNullableArrayLength(compact: true, itemBytesMin: 1));
        Assert.Equal(0, new WireReader([1]).ReadNullableArrayLength(compact: true, itemBytesMin: 1));
        AssertMalformed("00", static (ref reader) => reader.ReadArrayLength(compact: true, itemBytesMin: 1));
    }

    [Theory]
    [InlineData("02" + "0500" + "0500")]
    [InlineData("02" + "0500" + "0400")]
    [InlineData("01" + "0502")]
    [InlineData("05" + "0000")]
    [InlineData("01" + "FFFFFFFF0F" + "00")]
    public void Tagged_fields_that_overlap_repeat_or_go_back_are_refused(string hex) =>
        AssertMalformed(hex, static (ref reader) => reader.SkipTaggedFields());

    [Fact]
    public void A_tagged_field_must_be_as_long_as_it_said()
    {
        AssertMalformed("0002" + "0001", static (ref reader) =>
        {
            int tag = -1;
            int end = reader.ReadTaggedFieldHead(ref tag);
            reader.ReadInt8();
            reader.EndTaggedField(end);
        });
    }

    [Fact]
    public void Records_are_a_slice_of_the_buffer_they_came_in()
    {
        RecordBuffer frame = RecordBuffer.CopyOf(Convert.FromHexString("00000003" + "0A0B0C" + "FF"));
        WireReader reader = new(frame);

        RecordBuffer records = reader.ReadRecords(compact: false);
        frame.Dispose();

        Assert.Equal(Convert.FromHexString("0A0B0C"), records.Span.ToArray());
        Assert.True(frame.TryRetain());
        frame.Dispose();
        records.Dispose();
        Assert.False(frame.TryRetain());
    }

    [Fact]
    public void Records_from_plain_bytes_are_a_copy()
    {
        byte[] bytes = Convert.FromHexString("04" + "0A0B0C");
        using RecordBuffer records = new WireReader(bytes).ReadRecords(compact: true);
        bytes[1] = 0;

        Assert.Equal(Convert.FromHexString("0A0B0C"), records.Span.ToArray());
    }

    [Fact]
    public void What_follows_the_end_is_refused() => AssertMalformed("00", static (ref reader) => reader.End());

    [Fact]
    public void The_caller_chooses_the_error()
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(
            () => new WireReader([], ErrorCode.CorruptMessage).ReadInt32());

        Assert.Equal(ErrorCode.CorruptMessage, refused.ErrorCode);
    }

    private static void AssertMalformed(string hex, Reading reading)
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(() =>
        {
            WireReader reader = new(Convert.FromHexString(hex));
            reading(ref reader);
        });

        Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
    }
}
