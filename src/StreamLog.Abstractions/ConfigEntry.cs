namespace StreamLog;

/// <summary>One setting of a topic.</summary>
/// <param name="Name">Kafka's name for it.</param>
/// <param name="Value">The value that holds.</param>
/// <param name="IsDefault">Whether the topic itself does not set it.</param>
/// <param name="Documentation">What it means.</param>
public sealed record ConfigEntry(string Name, string? Value, bool IsDefault, string Documentation);
