using FsCheck;
using FsCheck.Fluent;
using StreamLog.Protocol;
using StreamLog.Protocol.Wire;
using Xunit;

namespace StreamLog.Tests.Wire;

public sealed class WireWriterTests
{
    private delegate void Writing(ref WireWriter writer);

    [Fact]
    public void Numbers_and_lengths_are_written_as_they_are_read()
    {
        string written = Write((ref writer) =>
        {
            writer.WriteBoolean(true);
            writer.WriteInt8(-2);
            writer.WriteInt16(0x0102);
            writer.WriteUInt16(0xFFFE);
            writer.WriteInt32(0x01020304);
            writer.WriteUInt32(0xFFFFFFFE);
            writer.WriteInt64(0x0102030405060708);
            writer.WriteFloat64(1.5);
            writer.WriteUuid(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
            writer.WriteString("abc", compact: false);
            writer.WriteString("abc", compact: true);
            writer.WriteString(null, compact: false);
            writer.WriteString(null, compact: true);
            writer.WriteBytes([7], compact: false);
            writer.WriteBytes(null, compact: true);
            writer.WriteArrayLength(-1, compact: false);
            writer.WriteArrayLength(2, compact: true);
            writer.WriteStructMark(isThere: false);
        });

        Assert.Equal(
            "01" + "FE" + "0102" + "FFFE" + "01020304" + "FFFFFFFE" + "0102030405060708" + "3FF8000000000000" +
            "00112233445566778899AABBCCDDEEFF" + "0003616263" + "04616263" + "FFFF" + "00" + "0000000107" + "00" +
            "FFFFFFFF" + "03" + "FF", written);
    }

    [Fact]
    public void Varints_come_back() => Prop.ForAll((int number, long large) =>
    {
        WireWriter writer = new(1);
        writer.WriteVarint(number);
        writer.WriteVarint(int.MinValue + number);
        writer.WriteVarlong(large);
        writer.WriteVarlong(long.MinValue ^ large);
        writer.WriteUnsignedVarint((uint)number);
        WireReader reader = new(writer.Written);

        Assert.Equal(number, reader.ReadVarint());
        Assert.Equal(int.MinValue + number, reader.ReadVarint());
        Assert.Equal(large, reader.ReadVarlong());
        Assert.Equal(long.MinValue ^ large, reader.ReadVarlong());
        Assert.Equal((uint)number, reader.ReadUnsignedVarint());
        writer.Dispose();
    }).QuickCheckThrowOnFailure();

    // The size stands before the value and is known after it. From 128 bytes on, it takes a second and a third byte.
    [Theory]
    [InlineData(0, "0500")]
    [InlineData(127, "057F")]
    [InlineData(128, "058001")]
    [InlineData(16_384, "05808001")]
    public void A_tagged_field_of_any_size_gets_its_size_before_it(int size, string head)
    {
        byte[] value = new byte[size];
        Array.Fill(value, (byte)0xAB);
        string written = Write((ref writer) =>
        {
            int mark = writer.BeginTaggedField(5);
            writer.WriteRaw(value);
            writer.EndTaggedField(mark);
            writer.WriteInt8(1);
        });

        Assert.Equal(head + Convert.ToHexString(value) + "01", written);
    }

    [Theory]
    [InlineData(new[] { 3 }, 3)]
    [InlineData(new[] { 2, 1 }, 5)]
    [InlineData(new[] { 2, 2 }, 5)]
    [InlineData(new[] { -1 }, 5)]
    public void Unknown_tagged_fields_out_of_order_or_with_a_known_tag_are_refused(int[] tags, int known)
    {
        List<UnknownTaggedField> fields = [.. tags.Select(tag => new UnknownTaggedField(tag, default))];

        StreamLogException refused = Assert.Throws<StreamLogException>(() => Write((ref writer) =>
        {
            int next = 0;
            writer.WriteUnknownTaggedFields(fields, ref next, known);
        }));

        Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
    }

    [Fact]
    public void A_string_that_is_too_long_is_refused()
    {
        StreamLogException refused = Assert.Throws<StreamLogException>(() => Write((ref writer) =>
            writer.WriteString(new string('é', WireLimits.StringBytesMax), compact: true)));

        Assert.Equal(ErrorCode.InvalidRequest, refused.ErrorCode);
    }

    [Fact]
    public void Detached_bytes_belong_to_the_caller_and_the_writer_starts_anew()
    {
        WireWriter writer = new(1);
        writer.WriteInt64(1);
        using RecordBuffer first = writer.Detach();
        writer.WriteInt64(2);
        using RecordBuffer second = writer.Detach();
        writer.Dispose();
        writer.Dispose();

        Assert.Equal("0000000000000001", Convert.ToHexString(first.Span));
        Assert.Equal("0000000000000002", Convert.ToHexString(second.Span));
    }

    private static string Write(Writing writing)
    {
        WireWriter writer = new(0);
        try
        {
            writing(ref writer);
            return Convert.ToHexString(writer.Written);
        }
        finally
        {
            writer.Dispose();
        }
    }
}
