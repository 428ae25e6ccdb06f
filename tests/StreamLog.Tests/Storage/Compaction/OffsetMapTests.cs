using System.Text;
using FsCheck;
using FsCheck.Fluent;
using StreamLog.Storage.Compaction;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

public sealed class OffsetMapTests
{
    private static readonly SipHash128 Hash = new(1, 2);

    // Made with: head -c N of the bytes 00 01 02 ... | openssl mac -macopt hexkey:000102...0f -macopt size:16 SIPHASH
    [Theory]
    [InlineData(0, "A3817F04BA25A8E66DF67214C7550293")]
    [InlineData(3, "9C70B60C5267A94E5F33B6B02985ED51")]
    [InlineData(15, "5493E99933B0A8117E08EC0F97CFC3D9")]
    [InlineData(16, "6EE2A4CA67B054BBFD3315BF85230577")]
    [InlineData(63, "5150D1772F50834A503E069A973FBD7C")]
    public void The_hash_is_SipHash(int length, string expected)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(number => (byte)number)];

        (ulong first, ulong second) = new SipHash128(0x0706050403020100, 0x0F0E0D0C0B0A0908).Compute(bytes);

        byte[] hash = [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(second)];
        Assert.Equal(expected, Convert.ToHexString(hash));
    }

    [Fact]
    public void A_map_knows_what_a_dictionary_knows() =>
        Prop.ForAll(
            Gen.Choose(0, 200).Zip(Gen.Choose(0, 10_000), (key, offset) => (key, offset)).ArrayOf().ToArbitrary(),
            puts =>
            {
                OffsetMap map = new(1 << 20, 1_000, Hash);
                Dictionary<int, long> expected = [];
                foreach ((int key, int offset) in puts)
                {
                    Assert.True(map.TryPut(KeyOf(key), offset));
                    expected[key] = Math.Max(offset, expected.GetValueOrDefault(key, -1));
                }

                Assert.Equal(expected.Count, map.Count);
                for (int key = 0; key <= 200; key++)
                    Assert.Equal(expected.GetValueOrDefault(key, -1), map.Find(KeyOf(key)));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_full_map_takes_newer_offsets_of_keys_it_has_and_no_others()
    {
        OffsetMap map = new(10 * OffsetMap.SlotSize, long.MaxValue, Hash);
        int count = 0;
        while (map.TryPut(KeyOf(count), count))
            count++;

        Assert.Equal(map.Count, count);
        Assert.Equal(1, map.Load);
        Assert.True(map.TryPut(KeyOf(3), 1_000));
        Assert.Equal(1_000, map.Find(KeyOf(3)));
        Assert.Equal(-1, map.Find(KeyOf(count)));
    }

    [Fact]
    public void The_offset_zero_and_the_empty_key_are_what_any_other_is()
    {
        OffsetMap map = new(1 << 10, 10, Hash);

        Assert.Equal(-1, map.Find([]));
        Assert.True(map.TryPut([], 0));
        Assert.Equal(0, map.Find([]));
    }

    private static byte[] KeyOf(int number) => Encoding.UTF8.GetBytes("key " + number);
}
