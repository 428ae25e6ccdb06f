namespace StreamLog;

/// <summary>Where reading begins.</summary>
/// <remarks>Immutable. The default value is <see cref="Earliest"/>.</remarks>
public readonly record struct StartAt
{
    private StartAt(StartAtKind kind, long value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>Gets the first record that is still there.</summary>
    public static StartAt Earliest => default;

    /// <summary>Gets the place behind the last record: only what comes later is read.</summary>
    public static StartAt Latest => new(StartAtKind.Latest, 0);

    /// <summary>Gets the way in which the place is given.</summary>
    public StartAtKind Kind { get; }

    /// <summary>Gets the offset, or the time in milliseconds since 1970 (UTC); zero for the other kinds.</summary>
    public long Value { get; }

    /// <summary>Returns the place of an offset, the same one in every partition read.</summary>
    /// <param name="offset">The offset.</param>
    /// <returns>The place.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offset is negative.</exception>
    public static StartAt Offset(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return new StartAt(StartAtKind.Offset, offset);
    }

    /// <summary>Returns the place of the first record that is not older than a time.</summary>
    /// <param name="timestamp">The time; parts of a millisecond are cut off.</param>
    /// <returns>The place; where every record is older, the end.</returns>
    public static StartAt Timestamp(DateTimeOffset timestamp) =>
        new(StartAtKind.Timestamp, timestamp.ToUnixTimeMilliseconds());

    /// <summary>Returns the place as it appears in messages.</summary>
    /// <returns>The kind and, where there is one, the value.</returns>
    public override string ToString() =>
        Kind is StartAtKind.Earliest or StartAtKind.Latest ? $"{Kind}" : $"{Kind} {Value}";
}
