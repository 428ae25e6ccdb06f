using System.Globalization;
using System.Text;
using StreamLog.Protocol.Records;

namespace StreamLog.Cli.Files;

/// <summary>Reads Kafka's text files: checkpoints and properties.</summary>
internal static class CheckpointFiles
{
    private const string ChecksumTopic = "streamlog.checksum";
    private const string MetaChecksum = "#streamlog.crc32c=";

    /// <summary>Reads a <c>leader-epoch-checkpoint</c>.</summary>
    public static FileContent<EpochEntry> ReadEpochs(byte[] content)
    {
        List<EpochEntry> entries = [];
        if (!TryReadLines(content, out string[] lines, out Fault? fault))
            return new(entries, fault);
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            if (fields.Length != 2 || !TryParse(fields[0], out long epoch) || !TryParse(fields[1], out long start)
                || epoch > int.MaxValue
                || (entries.Count > 0 && (epoch <= entries[^1].Epoch || start <= entries[^1].StartOffset)))
            {
                return new(entries, new Fault(0, $"the line '{line}' is no epoch behind the one before it"));
            }

            entries.Add(new EpochEntry((int)epoch, start));
        }

        return new(entries, null);
    }

    /// <summary>Reads a file of offsets, or of times, of partitions.</summary>
    public static FileContent<OffsetEntry> ReadOffsets(byte[] content)
    {
        List<OffsetEntry> entries = [];
        if (!TryReadLines(content, out string[] lines, out Fault? fault))
            return new(entries, fault);
        uint crc = 0;
        long? expected = null;
        foreach (string line in lines)
        {
            string[] fields = line.Split(' ');
            if (fields.Length != 3 || !TryParse(fields[1], out long partition) || !TryParse(fields[2], out long value)
                || partition > int.MaxValue)
            {
                return new(entries, new Fault(0, $"the line '{line}' is no entry"));
            }

            if (fields[0] == ChecksumTopic)
            {
                expected = value;
                continue;
            }

            crc = Crc32C.Append(crc, Encoding.UTF8.GetBytes(line + "\n"));
            entries.Add(new OffsetEntry(fields[0], (int)partition, value));
        }

        bool isSound = expected is null || expected == crc;
        return new(entries, isSound ? null : new Fault(0, "the checksum does not match the lines"));
    }

    /// <summary>Reads lines of <c>name=value</c>, or <c>name: value</c>. Comments are passed over.</summary>
    public static Dictionary<string, string> ReadProperties(string text)
    {
        Dictionary<string, string> values = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = line.AsSpan().IndexOfAny('=', ':');
            if (line[0] != '#' && at > 0)
                values[line[..at].Trim()] = line[(at + 1)..].Trim();
        }

        return values;
    }

    /// <summary>Finds what is wrong with a <c>meta.properties</c>.</summary>
    public static Fault? CheckIdentity(string text)
    {
        Dictionary<string, string> values = ReadProperties(text);
        foreach (string name in (string[])["cluster.id", "directory.id", "node.id", "version"])
        {
            if (!values.ContainsKey(name))
                return new Fault(0, $"there is no {name}");
        }

        int end = text.IndexOf('\n');
        if (!text.StartsWith(MetaChecksum, StringComparison.Ordinal) || end < 0)
            return null;
        bool isSound = uint.TryParse(
            text.AsSpan(MetaChecksum.Length, end - MetaChecksum.Length),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out uint crc) && crc == Crc32C.Compute(Encoding.UTF8.GetBytes(text[(end + 1)..]));
        return isSound ? null : new Fault(0, "the checksum does not match the lines");
    }

    private static bool TryReadLines(byte[] content, out string[] lines, out Fault? fault)
    {
        string[] all = Encoding.UTF8.GetString(content).Split('\n');
        bool isWhole = all.Length >= 3 && all[^1].Length == 0 && all[0] == "0"
            && TryParse(all[1], out long count) && count == all.Length - 3;
        lines = isWhole ? all[2..^1] : [];
        fault = isWhole ? null : new Fault(0, "it is no checkpoint of version 0 with as many entries as it claims");
        return isWhole;
    }

    private static bool TryParse(string text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
