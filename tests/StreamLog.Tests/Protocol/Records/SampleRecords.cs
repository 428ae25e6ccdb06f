using FsCheck;
using FsCheck.Fluent;

namespace StreamLog.Tests.Protocol.Records;

/// <summary>Generates records of every kind: with and without key, value and headers, small and large, in any order of
/// time.</summary>
internal static class SampleRecords
{
    public static Arbitrary<SampleRecord[]> Arbitrary() =>
        Record().NonEmptyListOf().Select(records => Number(records)).ToArbitrary();

    public static SampleRecord[] Number(IEnumerable<SampleRecord> records) =>
        [.. records.Select((record, index) => record with { Offset = index })];

    /// <summary>Returns bytes that compress a little, as real ones do.</summary>
    public static byte[] SomeText(int length, int seed = 1)
    {
        Random random = new(seed);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++)
            text[i] = i > 40 && random.Next(3) > 0 ? text[i - 1 - random.Next(40)] : (byte)random.Next(256);
        return text;
    }

    private static Gen<SampleRecord> Record() =>
        from timestamp in Gen.OneOf(
            Gen.Choose(0, 1000).Select(ms => 1_700_000_000_000 + ms),
            Gen.Elements(-1L, 0L, long.MaxValue))
        from key in Bytes()
        from value in Bytes()
        from headers in Header().ListOf().Resize(4)
        select new SampleRecord(0, timestamp, key, value, [.. headers]);

    private static Gen<(string Key, byte[]? Value)> Header() =>
        from key in Gen.Elements("", "k", "trace-id", "größe", new string('x', 200))
        from value in Bytes()
        select (key, value);

    private static Gen<byte[]?> Bytes() => Gen.OneOf(
        Gen.Constant<byte[]?>(null),
        Gen.Constant<byte[]?>([]),
        Sized(1, 70),
        Sized(8180, 8200), // Where the length takes a third byte.
        Sized(60, 300));

    private static Gen<byte[]?> Sized(int least, int most) =>
        from length in Gen.Choose(least, most)
        from seed in Gen.Choose(0, int.MaxValue)
        select (byte[]?)SomeText(length, seed);
}
