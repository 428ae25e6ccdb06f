using System.Globalization;
using System.Text;

namespace StreamLog.Storage;

/// <summary>Kafka's text format of checkpoints.</summary>
/// <remarks>
/// <code>
/// 0                    version
/// 2                    number of entries
/// orders 0 4711        an entry a line, its fields separated by a space
/// orders 1 815
/// </code>
/// </remarks>
internal static class CheckpointFile
{
    private const char Version = '0';

    /// <summary>Returns the file's bytes.</summary>
    public static byte[] Encode(IReadOnlyCollection<string> entries)
    {
        StringBuilder text = new();
        text.Append(Version).Append('\n').Append(entries.Count).Append('\n');
        foreach (string entry in entries)
            text.Append(entry).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Returns the entries' lines, or <see langword="null"/> where the bytes are not a checkpoint.</summary>
    public static string[]? Decode(ReadOnlySpan<byte> content)
    {
        string text = Encoding.UTF8.GetString(content);
        if (!text.EndsWith('\n'))
            return null;

        string[] lines = text[..^1].Split('\n');
        bool isWhole = lines.Length >= 2
            && lines[0] is [Version]
            && int.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && count == lines.Length - 2;
        return isWhole ? lines[2..] : null;
    }
}
