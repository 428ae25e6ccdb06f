using System.Collections.Immutable;
using System.Globalization;

namespace StreamLog.Storage;

/// <summary>The names of a partition's files, as Kafka has them: twenty digits of an offset, and a suffix.</summary>
internal static class LogFileNames
{
    public const string Log = ".log";
    public const string OffsetIndex = ".index";
    public const string TimeIndex = ".timeindex";
    public const string TransactionIndex = ".txnindex";
    public const string Snapshot = ".snapshot";

    /// <summary>The files beside a log that can be built anew from it.</summary>
    public static readonly ImmutableArray<string> OfIndexes = [OffsetIndex, TimeIndex, TransactionIndex];

    /// <summary>The files of one segment, the log first.</summary>
    public static readonly ImmutableArray<string> OfSegment = [Log, .. OfIndexes, Snapshot];

    /// <summary>Marks what is about to be deleted. Found at a start, it is deleted then.</summary>
    public const string Deleted = ".deleted";

    /// <summary>Marks what compaction writes. Found at a start, it is deleted then.</summary>
    public const string Cleaned = ".cleaned";

    /// <summary>
    /// Marks a log file that takes the place of those whose offsets it covers. Found at a start, it does so then.
    /// </summary>
    public const string Swap = ".swap";

    /// <summary>Marks a file that was not finished. Found at a start, it is deleted then.</summary>
    public const string Temporary = ".tmp";

    /// <summary>
    /// Marks bytes that recovery cut off although valid batches were among them. Nobody but the operator deletes them.
    /// </summary>
    public const string Cut = ".cut";

    public const string LeaderEpochs = "leader-epoch-checkpoint";
    public const string PartitionMetadata = "partition.metadata";
    public const string QuorumState = "quorum-state";

    private const int Digits = 20;

    /// <summary>Returns the path of a file: <c>orders-7/00000000000000000042.log</c>.</summary>
    public static string PathOf(string directory, long offset, string suffix) =>
        Path.Combine(directory, offset.ToString("D20", CultureInfo.InvariantCulture) + suffix);

    /// <summary>Reads the offset from a name, if it is one of twenty digits and that suffix.</summary>
    public static bool TryParse(string name, string suffix, out long offset)
    {
        offset = 0;
        return name.Length == Digits + suffix.Length
            && name.EndsWith(suffix, StringComparison.Ordinal)
            && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out offset);
    }

    /// <summary>Reads the offset from a name, if it is that of an index.</summary>
    public static bool TryParseIndex(string name, out long offset)
    {
        foreach (string suffix in OfIndexes)
        {
            if (TryParse(name, suffix, out offset))
                return true;
        }

        offset = 0;
        return false;
    }

    /// <summary>
    /// Tells whether a file is what an unfinished change of ours left. What others have put there is not.
    /// </summary>
    public static bool IsLeftOver(string name)
    {
        string suffix = name.EndsWith(Deleted, StringComparison.Ordinal) ? Deleted : Temporary;
        return name.EndsWith(suffix, StringComparison.Ordinal) && IsOurs(name[..^suffix.Length]);
    }

    /// <summary>Tells whether a file of a partition is one that StreamLog or Kafka makes.</summary>
    public static bool IsOurs(string name)
    {
        // A snapshot of the metadata log has an epoch behind its offset.
        int end = name.AsSpan().IndexOfAny('.', '-');
        return name is LeaderEpochs or PartitionMetadata or QuorumState
            || (end == Digits && !name.AsSpan(0, Digits).ContainsAnyExceptInRange('0', '9'));
    }

    /// <summary>Reads a partition's name from that of its directory: <c>orders-7</c>.</summary>
    public static bool TryParseDirectory(string name, out TopicPartition partition)
    {
        partition = default;
        int hyphen = name.LastIndexOf('-');
        if (hyphen <= 0)
            return false;
        ReadOnlySpan<char> digits = name.AsSpan(hyphen + 1);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return false;

        partition = new TopicPartition(name[..hyphen], number);
        return partition.ToString() == name; // "orders-07" is nobody's.
    }
}
