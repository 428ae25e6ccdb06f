using System.Text;

namespace StreamLog.Cli.Records;

/// <summary>Makes records out of lines.</summary>
internal sealed class LineRecords
{
    private readonly byte[]? _separator;
    private readonly byte[]? _null;

    public bool IsJson { get; init; }

    /// <summary>Gets what stands between key and value.</summary>
    public string? KeySeparator
    {
        init => _separator = value is null ? null : Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Gets the text that stands for null.</summary>
    public string? Null
    {
        init => _null = value is null ? null : Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Gets the partition of all records, or <see langword="null"/> where keys decide.</summary>
    public int? Partition { get; init; }

    /// <summary>Gets the headers that every record gets.</summary>
    public RecordHeaders Headers { get; init; } = RecordHeaders.Empty;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, which the record takes over.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <exception cref="CommandFailure">It is no record.</exception>
    public ProducerRecord<byte[]?, byte[]?> Read(byte[] line, long number)
    {
        ProducerRecord<byte[]?, byte[]?> record = IsJson ? RecordJson.Read(line, number) : Split(line);
        return record with { Partition = Partition ?? record.Partition, Headers = Join(record.Headers) };
    }

    private ProducerRecord<byte[]?, byte[]?> Split(byte[] line)
    {
        int at = _separator is null ? -1 : line.AsSpan().IndexOf(_separator);
        return at < 0
            ? new ProducerRecord<byte[]?, byte[]?>(null, OrNull(line))
            : new ProducerRecord<byte[]?, byte[]?>(OrNull(line[..at]), OrNull(line[(at + _separator!.Length)..]));
    }

    private byte[]? OrNull(byte[] bytes) => _null is not null && bytes.AsSpan().SequenceEqual(_null) ? null : bytes;

    private RecordHeaders Join(RecordHeaders? own)
    {
        if (own is null || own.Count == 0)
            return Headers;
        foreach (Header header in Headers)
            own.Add(header.Key, header.Value);
        return own;
    }
}
