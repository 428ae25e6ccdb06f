using System.Numerics;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

public sealed class Crc32CTests
{
    // The check value of the CRC catalogue, and two of RFC 3720 (iSCSI), appendix B.4.
    [Fact]
    public void It_agrees_with_published_values()
    {
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        byte[] ones = new byte[32];
        ones.AsSpan().Fill(0xFF);
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(ones));
        Assert.Equal(0u, Crc32C.Compute([]));
    }

    // Goal: the streams join without a seam at every length around their own, against the byte-wise definition.
    [Fact]
    public void It_is_the_checksum_of_the_plain_loop_at_every_length()
    {
        byte[] bytes = SampleRecords.SomeText((3 * 4096) + (3 * 256 * 5) + 40);
        int[] seams = [0, 767, 768, 1535, 1536, (3 * 4096) - 1, 3 * 4096, (3 * 4096) + 768, bytes.Length - 16];
        foreach (int length in seams.SelectMany(seam => Enumerable.Range(seam, 17)))
            Assert.Equal(Plain(bytes.AsSpan(0, length)), Crc32C.Compute(bytes.AsSpan(0, length)));
    }

    [Fact]
    public void It_goes_on_where_another_run_ended()
    {
        byte[] bytes = SampleRecords.SomeText(20_000);
        foreach (int cut in (int[])[0, 1, 7, 1000, 13_000, 20_000])
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    [Fact]
    public void Two_runs_that_were_hashed_apart_join()
    {
        byte[] bytes = SampleRecords.SomeText(70_000);
        foreach (int cut in (int[])[0, 1, 40, 1000, 4096, 65_537, 69_999, 70_000])
        {
            uint first = Crc32C.Compute(bytes.AsSpan(0, cut));
            uint second = Crc32C.Compute(bytes.AsSpan(cut));
            Assert.Equal(Crc32C.Compute(bytes), Crc32C.Combine(first, second, bytes.Length - cut));
        }
    }

    private static uint Plain(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
