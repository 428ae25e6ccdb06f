using System.Text;
using StreamLog.Tests.Architecture;

namespace StreamLog.Tests.Protocol.Records;

/// <summary>Batches that other implementations built, and the records they were built from:
/// Fixtures/samples.py.</summary>
internal static class GoldenBatches
{
    public static IReadOnlyList<SampleRecord> Mixed { get; } = SampleRecords.Number(
    [
        SampleRecord.Of("key-0", "value-0", 1700000000000),
        SampleRecord.Of(null, "no key", 1700000000005),
        SampleRecord.Of("tombstone", null, 1699999999990),
        SampleRecord.Of("", "", 1700000000100) with
        {
            Headers = [("trace", [1, 2, 3]), ("größe", "12"u8.ToArray()), ("null", null), ("", [])],
        },
        SampleRecord.Of("large", string.Concat(Enumerable.Repeat("0123456789", 30)), 1700003600000) with
        {
            Headers = [("h", "v"u8.ToArray())],
        },
    ]);

    public static IReadOnlyList<SampleRecord> Many { get; } = SampleRecords.Number(
        Enumerable.Range(0, 200).Select(i => SampleRecord.Of($"key-{i % 10}", Lines(i), 1700000000000 + i)));

    public static byte[] Read(string maker, string name) => File.ReadAllBytes(
        Path.Combine(SourceTree.RepositoryRoot, "tests", "StreamLog.Tests", "Fixtures", maker, $"{name}.bin"));

    private static string Lines(int record)
    {
        StringBuilder lines = new();
        for (int line = 0; line < 30; line++)
            lines.Append($"record {record} line {line};");
        return lines.ToString();
    }
}
