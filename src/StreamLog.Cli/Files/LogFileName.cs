using System.Globalization;

namespace StreamLog.Cli.Files;

/// <summary>What the name of a file says of it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Offset">The offset that it is named by, or 0.</param>
internal readonly record struct LogFileName(LogFileKind Kind, long Offset)
{
    public const string Segment = ".log";

    private const int Digits = 20;

    /// <summary>Reads a name, without its directory.</summary>
    public static LogFileName Parse(string name)
    {
        LogFileKind kind = name switch
        {
            "leader-epoch-checkpoint" => LogFileKind.Epochs,
            "streamlog.scrub-checkpoint" => LogFileKind.Offsets,
            "streamlog.flush-marks" => LogFileKind.FlushMarks,
            "meta.properties" or "partition.metadata" or "quorum-state" or "streamlog.format"
                or ".kafka_cleanshutdown" => LogFileKind.Text,
            _ when name.EndsWith("-offset-checkpoint", StringComparison.Ordinal) => LogFileKind.Offsets,
            _ => LogFileKind.Unknown,
        };
        if (kind != LogFileKind.Unknown || name.Length <= Digits || !long.TryParse(
            name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
        {
            return new LogFileName(kind, 0);
        }

        // What is being replaced or deleted has another suffix behind its own.
        string[] suffixes = name[Digits..].Split('.', StringSplitOptions.RemoveEmptyEntries);
        kind = suffixes switch
        {
            ["log", ..] or [.., "cut"] => LogFileKind.Batches,
            [['-', ..], "checkpoint", ..] => LogFileKind.Batches,
            ["index", ..] => LogFileKind.OffsetIndex,
            ["timeindex", ..] => LogFileKind.TimeIndex,
            ["txnindex", ..] => LogFileKind.TransactionIndex,
            ["snapshot", ..] => LogFileKind.ProducerSnapshot,
            _ => LogFileKind.Unknown,
        };
        return new LogFileName(kind, offset);
    }

    /// <summary>Tells whether a name is that of a segment in use.</summary>
    public static bool IsSegment(string name) =>
        name.Length == Digits + Segment.Length && name.EndsWith(Segment, StringComparison.Ordinal)
        && Parse(name).Kind == LogFileKind.Batches;

    /// <summary>Returns the name of a file of a segment.</summary>
    public static string Of(long offset, string suffix) =>
        offset.ToString("D20", CultureInfo.InvariantCulture) + suffix;

    /// <summary>Reads the partition from the name of its directory.</summary>
    public static bool TryParseDirectory(string name, out TopicPartition partition)
    {
        int hyphen = name.LastIndexOf('-');
        bool isPartition = int.TryParse(
            name.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) & hyphen > 0;
        partition = isPartition ? new TopicPartition(name[..hyphen], number) : default;
        return isPartition && partition.ToString() == name;
    }
}
