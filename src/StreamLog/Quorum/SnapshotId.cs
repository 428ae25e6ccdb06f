using System.Globalization;

namespace StreamLog.Quorum;

/// <summary>What a snapshot of the metadata log stands for, and so its name.</summary>
/// <param name="EndOffset">The offset behind the last record that it stands for.</param>
/// <param name="Epoch">The epoch of the controller that wrote that record.</param>
/// <example><c>00000000000000004711-0000000002.checkpoint</c>, as Kafka has it.</example>
internal readonly record struct SnapshotId(long EndOffset, int Epoch) : IComparable<SnapshotId>
{
    /// <summary>How the name of a whole snapshot ends.</summary>
    public const string Suffix = ".checkpoint";

    /// <summary>How the name of one ends that is being written. Found at a start, it is deleted then.</summary>
    public const string PartialSuffix = Suffix + ".part";

    private const int OffsetDigits = 20;
    private const int EpochDigits = 10;

    /// <summary>Gets the name of the file.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{EndOffset:D20}-{Epoch:D10}{Suffix}");

    /// <summary>Gets the name of the file while it is being written.</summary>
    public string PartialFileName =>
        string.Create(CultureInfo.InvariantCulture, $"{EndOffset:D20}-{Epoch:D10}{PartialSuffix}");

    /// <summary>Reads the name of a whole snapshot.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">What it says.</param>
    /// <returns><see langword="false"/> if it is not such a name.</returns>
    public static bool TryParse(string name, out SnapshotId id)
    {
        id = default;
        if (name.Length != OffsetDigits + 1 + EpochDigits + Suffix.Length
            || !name.EndsWith(Suffix, StringComparison.Ordinal)
            || name[OffsetDigits] != '-'
            || !TryParseDigits(name.AsSpan(0, OffsetDigits), out long endOffset)
            || !TryParseDigits(name.AsSpan(OffsetDigits + 1, EpochDigits), out long epoch)
            || epoch > int.MaxValue)
        {
            return false;
        }

        id = new SnapshotId(endOffset, (int)epoch);
        return true;
    }

    /// <summary>Compares by what came later.</summary>
    /// <param name="other">Another snapshot.</param>
    /// <returns>Less than zero if this one is the older.</returns>
    public int CompareTo(SnapshotId other) => (EndOffset, Epoch).CompareTo((other.EndOffset, other.Epoch));

    private static bool TryParseDigits(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
