using System.Globalization;

namespace StreamLog.Metadata;

/// <summary>One setting that a topic may have: its name, what it may be, and what it means. Immutable.</summary>
internal sealed record ConfigDefinition
{
    /// <summary>Gets the name: Kafka's, or one that begins with <c>streamlog.</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the type.</summary>
    public required ConfigType Type { get; init; }

    /// <summary>Gets the value where neither the topic nor the node sets one.</summary>
    public required string Default { get; init; }

    /// <summary>Gets what it means.</summary>
    public required string Documentation { get; init; }

    /// <summary>Gets the name of the node's setting that topics inherit, as Kafka calls it, or <see langword="null"/>
    /// where Kafka's brokers have none.</summary>
    public required string? NodeName { get; init; }

    /// <summary>Gets the least number.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>Gets the greatest number.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>Gets a number within the range that is not legal all the same.</summary>
    public int? Excluded { get; init; }

    /// <summary>Gets the texts that are allowed; empty where all are.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>Gets what a list must look like where its texts are not those of <see cref="Allowed"/>, and how that
    /// is said.</summary>
    public (Func<string, bool> IsLegal, string Words)? Form { get; init; }

    /// <summary>Gets why a value is refused that Kafka takes, or <see langword="null"/> where none is.</summary>
    public string? Reason { get; init; }

    /// <summary>Splits the value of a list.</summary>
    /// <param name="value">The texts between commas.</param>
    /// <returns>The texts.</returns>
    public static string[] Split(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Says what is wrong with a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> for a legal value.</returns>
    public string? FindFault(string? value)
    {
        if (value is null)
            return $"The setting '{Name}' has no value. To go back to the node's, delete the setting.";

        string text = value.Trim();
        bool isLegal = Type switch
        {
            ConfigType.Boolean => text is "true" or "false" && IsAllowed(text),
            ConfigType.Int32 =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
                && number >= Min && number <= Max && number != Excluded,
            ConfigType.Int64 =>
                long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                && number >= Min && number <= Max,
            ConfigType.Number =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                && number >= Min && number <= Max,
            ConfigType.List => Form is { } form
                ? form.IsLegal(text)
                : Split(text) is { Length: > 0 } texts && texts.All(IsAllowed),
            _ => IsAllowed(text),
        };
        if (isLegal)
            return null;

        string reason = Reason is null ? "" : " " + Reason;
        return $"The value '{value}' of '{Name}' is not legal. {Expectation()}{reason}";
    }

    private bool IsAllowed(string text) => Allowed.Count == 0 || Allowed.Contains(text, StringComparer.Ordinal);

    private string Expectation() => Type switch
    {
        ConfigType.Boolean => Allowed is [string only] ? $"Use {only}." : "Use true or false.",
        ConfigType.List when Form is { } form => form.Words,
        ConfigType.List => $"Use one or more of: {string.Join(", ", Allowed)}.",
        ConfigType.Text => $"Use one of: {string.Join(", ", Allowed)}.",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"Use a {(Type == ConfigType.Number ? "number" : "whole number")} {RangeInWords()}."),
    };

    private string RangeInWords()
    {
        string min = Min.ToString(CultureInfo.InvariantCulture);
        if (!double.IsInfinity(Max))
        {
            string but = Excluded is { } excluded
                ? string.Create(CultureInfo.InvariantCulture, $", but not {excluded}")
                : "";
            return string.Create(CultureInfo.InvariantCulture, $"from {min} to {Max}{but}");
        }

        int bits = Type == ConfigType.Int32 ? 32 : 64;
        return double.IsInfinity(Min) ? $"of {bits} bits" : $"of {bits} bits that is at least {min}";
    }
}
