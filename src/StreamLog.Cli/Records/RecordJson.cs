using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace StreamLog.Cli.Records;

/// <summary>One record as one line of JSON: <c>consume --json</c> writes it, <c>produce --from-json</c> reads it.
/// </summary>
/// <remarks>
/// Bytes that are UTF-8 stand as text in <c>key</c> and <c>value</c>, others as base64 in <c>keyBase64</c> and
/// <c>valueBase64</c>. One that is null, or missing when it is read, is none.
/// </remarks>
internal static class RecordJson
{
    private const string Base64 = "Base64";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a record, and the end of the line.</summary>
    public static void Write(IBufferWriter<byte> output, Record<byte[], byte[]> record)
    {
        using (Utf8JsonWriter writer = new(output, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("topic", record.Position.Topic);
            writer.WriteNumber("partition", record.Position.Partition);
            writer.WriteNumber("offset", record.Position.Offset);
            writer.WriteString("timestamp", Quantities.FormatTime(record.Timestamp));
            WriteBytes(writer, "key", record.Key);
            WriteBytes(writer, "value", record.Value);
            if (record.Headers.Count > 0)
            {
                writer.WriteStartArray("headers");
                foreach (Header header in record.Headers)
                {
                    writer.WriteStartObject();
                    writer.WriteString("key", header.Key);
                    WriteBytes(writer, "value", header.Value?.ToArray());
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    /// <summary>Reads a record.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, for messages.</param>
    /// <exception cref="CommandFailure">It is not one.</exception>
    public static ProducerRecord<byte[]?, byte[]?> Read(ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return new ProducerRecord<byte[]?, byte[]?>(ReadBytes(root, "key"), ReadBytes(root, "value"))
            {
                Partition = root.TryGetProperty("partition", out JsonElement partition) ? partition.GetInt32() : null,
                Timestamp = root.TryGetProperty("timestamp", out JsonElement time) ? time.GetDateTimeOffset() : null,
                Headers = ReadHeaders(root),
            };
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new CommandFailure(
                $"Line {number} is not a record in JSON: {exception.Message} See what 'consume --json' prints.");
        }
    }

    private static RecordHeaders? ReadHeaders(JsonElement root)
    {
        if (!root.TryGetProperty("headers", out JsonElement list))
            return null;
        RecordHeaders headers = [];
        foreach (JsonElement header in list.EnumerateArray())
        {
            string key = header.TryGetProperty("key", out JsonElement name) ? name.GetString() ?? "" : "";
            byte[]? value = ReadBytes(header, "value");
            headers.Add(key, value is null ? null : (ReadOnlyMemory<byte>?)value);
        }

        return headers;
    }

    private static byte[]? ReadBytes(JsonElement element, string name)
    {
        if (element.TryGetProperty(name + Base64, out JsonElement encoded))
            return encoded.GetBytesFromBase64();
        return element.TryGetProperty(name, out JsonElement text) && text.GetString() is { } value
            ? Encoding.UTF8.GetBytes(value)
            : null;
    }

    private static void WriteBytes(Utf8JsonWriter writer, string name, byte[]? bytes)
    {
        if (bytes is null)
            writer.WriteNull(name);
        else if (Utf8.IsValid(bytes))
            writer.WriteString(name, bytes);
        else
            writer.WriteBase64String(name + Base64, bytes);
    }
}
