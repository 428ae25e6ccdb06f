using System.Globalization;

namespace StreamLog.Generators;

/// <summary>A range of versions, both ends included.</summary>
internal readonly record struct VersionRange(int Min, int Max)
{
    /// <summary>The end of a range that has none.</summary>
    public const int Open = short.MaxValue;

    public bool IsEmpty => Min > Max;

    /// <summary>Reads a range as Kafka's schemas write it: <c>3+</c>, <c>0-12</c> or <c>6</c>.</summary>
    public static bool TryParse(string? text, out VersionRange range)
    {
        range = default;
        if (text is null)
            return false;
        if (text.EndsWith("+", StringComparison.Ordinal))
            return TryNumber(text.Substring(0, text.Length - 1), out int from) && Set(from, Open, out range);

        int dash = text.IndexOf('-');
        return dash < 0
            ? TryNumber(text, out int only) && Set(only, only, out range)
            : TryNumber(text.Substring(0, dash), out int min) &&
                TryNumber(text.Substring(dash + 1), out int max) &&
                Set(min, max, out range);
    }

    public VersionRange Intersect(VersionRange other) => new(Math.Max(Min, other.Min), Math.Min(Max, other.Max));

    /// <summary>Returns the condition that a version of the outer range lies in this one, or null for always.</summary>
    public string? ConditionWithin(VersionRange outer)
    {
        bool all = Min <= outer.Min;
        bool toEnd = Max >= outer.Max;
        return (all, toEnd) switch
        {
            (true, true) => null,
            (true, false) => $"version <= {Max}",
            (false, true) => $"version >= {Min}",
            (false, false) => Min == Max ? $"version == {Min}" : $"version >= {Min} && version <= {Max}",
        };
    }

    /// <summary>Returns the opposite of <see cref="ConditionWithin"/>, or null where it never holds.</summary>
    public string? ConditionOutside(VersionRange outer)
    {
        bool all = Min <= outer.Min;
        bool toEnd = Max >= outer.Max;
        return (all, toEnd) switch
        {
            (true, true) => null,
            (true, false) => $"version > {Max}",
            (false, true) => $"version < {Min}",
            (false, false) => Min == Max ? $"version != {Min}" : $"(version < {Min} || version > {Max})",
        };
    }

    private static bool Set(int min, int max, out VersionRange range)
    {
        range = new VersionRange(min, max);
        return min <= max;
    }

    private static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= Open;
}
