using System.Buffers;
using System.Globalization;
using System.Text;

namespace StreamLog.Cli.Records;

/// <summary>Prints records, a line each: fields with something between them, or JSON.</summary>
/// <remarks>Owned by one command. For one thread.</remarks>
internal sealed class RecordPrinter
{
    private readonly Shell _shell;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public RecordPrinter(Shell shell) => _shell = shell;

    public bool IsJson { get; init; }

    /// <summary>Gets whether keys, values and headers are printed as hexadecimal digits, not as they stand.</summary>
    public bool IsHex { get; init; }

    public IReadOnlyList<RecordField> Fields { get; init; } = [RecordField.Value];

    public string Separator { get; init; } = "\t";

    /// <summary>Gets what stands for a key or value that is null.</summary>
    public string Null { get; init; } = "";

    /// <summary>Prints records, and returns when they are out of the process.</summary>
    public async ValueTask PrintAsync(IReadOnlyList<Record<byte[], byte[]>> records)
    {
        _buffer.ResetWrittenCount();
        foreach (Record<byte[], byte[]> record in records)
        {
            if (IsJson)
                RecordJson.Write(_buffer, record);
            else
                WriteFields(record);
        }

        // What is being printed is printed whole: a line that is cut in two would be read as another record.
        await _shell.OutputBytes.WriteAsync(_buffer.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
        await _shell.OutputBytes.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void WriteFields(Record<byte[], byte[]> record)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (i > 0)
                Write(Separator);
            WriteField(record, Fields[i]);
        }

        Write("\n");
    }

    private void WriteField(Record<byte[], byte[]> record, RecordField field)
    {
        switch (field)
        {
            case RecordField.Key:
                WriteBytes(record.Key);
                break;
            case RecordField.Value:
                WriteBytes(record.Value);
                break;
            case RecordField.Headers:
                WriteHeaders(record.Headers);
                break;
            default:
                Write(field switch
                {
                    RecordField.Topic => record.Position.Topic,
                    RecordField.Partition => record.Position.Partition.ToString(CultureInfo.InvariantCulture),
                    RecordField.Offset => record.Position.Offset.ToString(CultureInfo.InvariantCulture),
                    _ => Quantities.FormatTime(record.Timestamp),
                });
                break;
        }
    }

    private void WriteHeaders(RecordHeaders headers)
    {
        for (int i = 0; i < headers.Count; i++)
        {
            if (i > 0)
                Write(",");
            Write(headers[i].Key);
            Write("=");
            WriteBytes(headers[i].Value?.ToArray());
        }
    }

    private void WriteBytes(byte[]? bytes)
    {
        if (bytes is null)
            Write(Null);
        else if (IsHex)
            Write(Convert.ToHexStringLower(bytes));
        else
            _buffer.Write(bytes);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _buffer);
}
