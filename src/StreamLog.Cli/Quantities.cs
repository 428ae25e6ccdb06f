using System.Globalization;

namespace StreamLog.Cli;

/// <summary>Reads times and sizes as people write them.</summary>
internal static class Quantities
{
    private static readonly (string Unit, TimeSpan Length)[] Durations =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)), ("d", TimeSpan.FromDays(1)),
    ];

    private static readonly (string Unit, long Bytes)[] Sizes =
        [("k", 1L << 10), ("m", 1L << 20), ("g", 1L << 30), ("", 1)];

    /// <summary>Reads a length of time: <c>500ms</c>, <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        foreach ((string unit, TimeSpan length) in Durations)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryParseCount(text[..^unit.Length], out long count)
                && count <= TimeSpan.MaxValue / length)
            {
                duration = length * count;
                return true;
            }
        }

        duration = default;
        return false;
    }

    /// <summary>Reads a number of bytes: <c>4096</c>, <c>64k</c>, <c>256m</c>, <c>1g</c>.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        foreach ((string unit, long factor) in Sizes)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && TryParseCount(text[..^unit.Length], out long count) && count <= long.MaxValue / factor)
            {
                bytes = count * factor;
                return true;
            }
        }

        bytes = 0;
        return false;
    }

    /// <summary>Writes a number of bytes for people: <c>1.5 MiB</c>.</summary>
    public static string FormatBytes(double bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.0} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0.0} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 10):0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
    };

    /// <summary>Writes a time as the tool prints them all: UTC, to the millisecond.</summary>
    public static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes milliseconds since 1970 as a time, or "-" where there is none.</summary>
    public static string FormatTime(long timestampMs) =>
        timestampMs < 0 || timestampMs > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? "-"
            : FormatTime(DateTimeOffset.FromUnixTimeMilliseconds(timestampMs));

    private static bool TryParseCount(string text, out long count) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
}
