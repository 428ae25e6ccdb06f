using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using Xunit;

namespace StreamLog.Tests.Protocol.Records;

/// <summary>A record as plain data, to compare what was read to what was written.</summary>
public sealed record SampleRecord(
    long Offset, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<(string Key, byte[]? Value)> Headers)
{
    public static SampleRecord Of(string? key, string? value, long timestamp = 1_700_000_000_000) =>
        new(0, timestamp, Bytes(key), Bytes(value), []);

    public static SampleRecord From(RecordView record)
    {
        List<(string Key, byte[]? Value)> headers = [];
        foreach (RecordHeaderView header in record.Headers)
            headers.Add((header.GetKey(), header.HasValue ? header.Value.ToArray() : null));
        Assert.Equal(record.HeaderCount, headers.Count);
        return new SampleRecord(
            record.Offset,
            record.Timestamp,
            record.HasKey ? record.Key.ToArray() : null,
            record.HasValue ? record.Value.ToArray() : null,
            headers);
    }

    public static List<SampleRecord> ReadAll(ReadOnlySpan<byte> batch)
    {
        List<SampleRecord> records = [];
        using RecordReader reader = new(batch);
        while (reader.MoveNext())
            records.Add(From(reader.Current));
        return records;
    }

    public static RecordBuffer Build(
        IEnumerable<SampleRecord> records, CompressionType compression = CompressionType.None)
    {
        using RecordBatchBuilder builder = new(int.MaxValue, compression);
        foreach (SampleRecord record in records)
            Assert.True(record.TryAppendTo(builder));
        return builder.Build();
    }

    public static byte[] BuildBytes(params IEnumerable<SampleRecord> records)
    {
        using RecordBuffer batch = Build(records);
        return batch.Span.ToArray();
    }

    public bool TryAppendTo(RecordBatchBuilder builder) =>
        builder.TryAppend(Timestamp, Key, Key is not null, Value, Value is not null, ToHeaders());

    public RecordHeaders? ToHeaders()
    {
        if (Headers.Count == 0)
            return null;

        RecordHeaders headers = new();
        foreach ((string key, byte[]? value) in Headers)
            headers.Add(key, value is null ? default(ReadOnlyMemory<byte>?) : value);
        return headers;
    }

    public bool Equals(SampleRecord? other) =>
        other is not null && Offset == other.Offset && Timestamp == other.Timestamp
        && Same(Key, other.Key) && Same(Value, other.Value) && Headers.Count == other.Headers.Count
        && Headers.Zip(other.Headers).All(pair =>
            pair.First.Key == pair.Second.Key && Same(pair.First.Value, pair.Second.Value));

    public override int GetHashCode() => HashCode.Combine(Offset, Timestamp);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);

    // Null and empty are not the same.
    private static bool Same(byte[]? left, byte[]? right) =>
        (left is null) == (right is null) && left.AsSpan().SequenceEqual(right);
}
