using System.Globalization;
using System.Text;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>An offset for each partition of a directory, in Kafka's <c>*-offset-checkpoint</c> files.</summary>
/// <remarks>
/// Kafka's format has no checksum, and a flipped digit would hide records or put a sound partition offline. So one more
/// entry carries it, under a topic that nobody has: Kafka reads past it. A file without one, as Kafka writes it, is
/// believed.
/// </remarks>
internal static class OffsetCheckpoint
{
    private const string ChecksumTopic = "streamlog.checksum";

    public static byte[] Encode(IEnumerable<KeyValuePair<TopicPartition, long>> offsets)
    {
        List<string> entries =
        [
            .. offsets.OrderBy(entry => entry.Key.Topic, StringComparer.Ordinal).ThenBy(entry => entry.Key.Partition)
                .Select(entry => string.Create(
                    CultureInfo.InvariantCulture, $"{entry.Key.Topic} {entry.Key.Partition} {entry.Value}")),
        ];
        entries.Add(string.Create(CultureInfo.InvariantCulture, $"{ChecksumTopic} 0 {ChecksumOf(entries)}"));
        return CheckpointFile.Encode(entries);
    }

    /// <summary>Returns the offsets, or <see langword="null"/> where the bytes are not such a file.</summary>
    public static Dictionary<TopicPartition, long>? Decode(ReadOnlySpan<byte> content)
    {
        string[]? lines = CheckpointFile.Decode(content);
        if (lines is null)
            return null;

        Dictionary<TopicPartition, long> offsets = new(lines.Length);
        List<string> entries = new(lines.Length);
        long? checksum = null;
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 3
                || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
                || !long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
            {
                return null;
            }

            if (fields[0] == ChecksumTopic)
            {
                checksum = offset;
                continue;
            }

            entries.Add(line);
            if (!offsets.TryAdd(new TopicPartition(fields[0], partition), offset))
                return null;
        }

        return checksum is null || checksum == ChecksumOf(entries) ? offsets : null;
    }

    private static long ChecksumOf(List<string> entries)
    {
        uint crc = 0;
        foreach (string entry in entries)
            crc = Crc32C.Append(crc, Encoding.UTF8.GetBytes(entry + "\n"));
        return crc;
    }
}
