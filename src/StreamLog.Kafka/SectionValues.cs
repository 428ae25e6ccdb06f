using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StreamLog.Kafka;

/// <summary>Reads options from a section of configuration. Stateless.</summary>
/// <remarks>Unlike a binder it refuses what it does not know: a setting with a slip in its name would otherwise leave
/// a connection without TLS or without authentication.</remarks>
internal static class SectionValues
{
    /// <summary>Sets those options that a section holds.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="section">The section.</param>
    /// <param name="settings">How each setting is read, by name.</param>
    /// <param name="options">The options.</param>
    /// <param name="what">Whose settings they are, for who reads the error.</param>
    /// <exception cref="StreamLogException">Something in it is wrong
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static void Read<TOptions>(
        IConfiguration section,
        Dictionary<string, Action<TOptions, IConfigurationSection>> settings,
        TOptions options,
        string what)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!settings.TryGetValue(setting.Key, out Action<TOptions, IConfigurationSection>? set))
            {
                throw new StreamLogException(
                    ErrorCode.InvalidConfig,
                    $"{setting.Path} is no setting of {what}. There are {string.Join(", ", settings.Keys)}.");
            }

            set(options, setting);
        }
    }

    /// <summary>Reads a text. A null in JSON, and nothing in an environment variable, leave a setting as it
    /// is.</summary>
    public static string? Text(IConfigurationSection at) => string.IsNullOrEmpty(at.Value) ? null : at.Value;

    /// <summary>Reads a truth.</summary>
    public static bool? Flag(IConfigurationSection at) => Text(at) is not { } text ? null
        : bool.TryParse(text, out bool flag) ? flag
        : throw Wrong(at, "true or false");

    /// <summary>Reads a number.</summary>
    public static int? Number(IConfigurationSection at) => Text(at) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw Wrong(at, "a whole number, as 1000");

    /// <summary>Reads a number that may be large.</summary>
    public static long? LongNumber(IConfigurationSection at) => Text(at) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw Wrong(at, "a whole number, as 1000");

    /// <summary>Reads a span of time.</summary>
    public static TimeSpan? Time(IConfigurationSection at) => Text(at) is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time
        : throw Wrong(at, "a time, as 00:10:00 for ten minutes");

    /// <summary>Returns the error of a value that is none of its kind.</summary>
    public static StreamLogException Wrong(IConfigurationSection at, string wanted) =>
        new(ErrorCode.InvalidConfig, $"{at.Path} is '{at.Value}', which is not {wanted}.");
}
