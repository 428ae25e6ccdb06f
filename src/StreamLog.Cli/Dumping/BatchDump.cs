using System.Text;
using System.Text.Unicode;
using StreamLog.Cli.Files;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Dumping;

/// <summary>Dumps record batches: a line for each, and for each record where that is wanted.</summary>
internal sealed class BatchDump
{
    private const int TextMax = 200;

    private readonly DumpOutput _output;
    private readonly bool _isDeep;

    public BatchDump(DumpOutput output, bool isDeep)
    {
        _output = output;
        _isDeep = isDeep;
    }

    /// <summary>Dumps the batches of a file, those behind damage too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="topic">Whose records they are, or "": those of StreamLog's own topics are decoded.</param>
    /// <param name="cancellationToken">Stops.</param>
    public void Dump(string path, string topic, CancellationToken cancellationToken)
    {
        using BatchScanner scanner = new(path);
        (long batches, long records, long next) = (0, 0, -1);
        while (true)
        {
            while (scanner.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                RecordBatchHeader header = scanner.Header;
                if (next >= 0 && header.BaseOffset != next)
                {
                    _output.Fault(new Fault(
                        scanner.Position, $"a batch claims offset {header.BaseOffset} where {next} must follow"));
                }

                WriteBatch(header, scanner.Position);
                if (_isDeep)
                    WriteRecords(scanner, topic);
                batches++;
                records += header.RecordCount;
                next = header.NextOffset;
            }

            if (scanner.Fault is not { } fault)
                break;
            bool isMore = scanner.Resume(cancellationToken);
            _output.Fault(
                fault, isMore ? $"; sound again at byte {scanner.Position}" : "; no sound batch follows");
            if (!isMore)
                break;
            // The batch that was found is the next one to be printed.
            scanner.Again();
            next = -1;
        }

        _output.Note($"{batches} batches, {records} records, {Quantities.FormatBytes(scanner.Length)}");
    }

    private void WriteBatch(RecordBatchHeader header, long position)
    {
        List<string> marks = [];
        if (header.IsControl)
            marks.Add("control");
        if (header.IsTransactional)
            marks.Add("transactional");
        if (header.HasDeleteHorizon)
            marks.Add("delete horizon");
        string producer = header.HasProducerId
            ? $", producer {header.ProducerId} epoch {header.ProducerEpoch} sequence {header.BaseSequence}"
            : "";
        string text = $"byte {position}: offsets {header.BaseOffset} to {header.LastOffset}, {header.RecordCount} "
            + $"records, {header.SizeInBytes} bytes, {header.Compression}, epoch {header.PartitionLeaderEpoch}, "
            + $"{Quantities.FormatTime(header.MaxTimestamp)}{producer}"
            + (marks.Count > 0 ? $", {string.Join(", ", marks)}" : "");
        _output.Entry("batch", text, new
        {
            position,
            header.BaseOffset,
            header.LastOffset,
            records = header.RecordCount,
            header.SizeInBytes,
            compression = header.Compression.ToString(),
            leaderEpoch = header.PartitionLeaderEpoch,
            header.BaseTimestamp,
            header.MaxTimestamp,
            timestampType = header.TimestampType.ToString(),
            header.ProducerId,
            header.ProducerEpoch,
            header.BaseSequence,
            header.IsTransactional,
            header.IsControl,
            header.HasDeleteHorizon,
            crc = header.Crc,
        });
    }

    private void WriteRecords(BatchScanner scanner, string topic)
    {
        try
        {
            bool isControl = scanner.Header.IsControl;
            using RecordReader reader = new(scanner.Batch);
            while (reader.MoveNext())
                WriteRecord(reader.Current, isControl, topic);
        }
        catch (StreamLogException exception)
        {
            // Its checksum is right: it was written like that, or needs a codec that is not installed.
            _output.Fault(new Fault(scanner.Position, $"its records cannot be read: {exception.Message.TrimEnd('.')}"));
        }
    }

    private void WriteRecord(RecordView record, bool isControl, string topic)
    {
        object? decoded = isControl ? null : InternalRecords.Decode(topic, record);
        string content = isControl
            ? ControlRecords.ReadType(record).ToString()
            : decoded is not null
                ? InternalRecords.Describe(decoded)
                : $"key {Text(record.Key, record.HasKey)}, value {Text(record.Value, record.HasValue)}";
        List<KeyValuePair<string, string?>> headers = [];
        foreach (RecordHeaderView header in record.Headers)
            headers.Add(new(header.GetKey(), header.HasValue ? Text(header.Value, isThere: true) : null));
        string tail = headers.Count > 0
            ? $", headers {string.Join(", ", headers.Select(header => $"{header.Key}={header.Value}"))}"
            : "";
        string text = $"  offset {record.Offset}, {Quantities.FormatTime(record.Timestamp)}: {content}{tail}";
        _output.Entry("record", text, new
        {
            record.Offset,
            record.Timestamp,
            key = record.HasKey ? Convert.ToBase64String(record.Key) : null,
            value = record.HasValue ? Convert.ToBase64String(record.Value) : null,
            headers,
            control = isControl ? ControlRecords.ReadType(record).ToString() : null,
            decoded = decoded is null ? null : InternalRecords.ToJson(decoded),
        });
    }

    // As text where it is some, else as hexadecimal digits; cut where it is long.
    private static string Text(ReadOnlySpan<byte> bytes, bool isThere)
    {
        if (!isThere)
            return "null";
        bool isText = Utf8.IsValid(bytes) && bytes.IndexOfAnyInRange((byte)0, (byte)31) < 0;
        string text = isText ? $"\"{Encoding.UTF8.GetString(bytes)}\"" : $"0x{Convert.ToHexStringLower(bytes)}";
        return text.Length <= TextMax ? text : $"{text[..TextMax]}... ({bytes.Length} bytes)";
    }
}
