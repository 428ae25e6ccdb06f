using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StreamLog.Kafka.Connecting;

/// <summary>Reads how to connect to a cluster from a section of configuration. Stateless.</summary>
/// <remarks>Unlike a binder it refuses what it does not know: by a setting with a slip in its name an application would
/// go on with its embedded node, or send its password over a connection that is not encrypted.</remarks>
internal static class ClusterConfiguration
{
    private static readonly Dictionary<string, Action<KafkaClusterOptions, IConfigurationSection>> Settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["BootstrapServers"] = (options, at) => options.BootstrapServers = Text(at) ?? options.BootstrapServers,
            ["Tls"] = (options, at) => options.Tls = Flag(at) switch
            {
                true => options.Tls ?? new(),
                false => null,
                _ => options.Tls,
            },
            ["SaslMechanism"] = (options, at) => options.SaslMechanism = Text(at) ?? options.SaslMechanism,
            ["UserName"] = (options, at) => options.UserName = Text(at) ?? options.UserName,
            ["Password"] = (options, at) => options.Password = Text(at) ?? options.Password,
            ["ConnectTimeout"] = (options, at) => options.ConnectTimeout = Time(at) ?? options.ConnectTimeout,
            ["RequestTimeout"] = (options, at) => options.RequestTimeout = Time(at) ?? options.RequestTimeout,
            ["IdleTimeout"] = (options, at) => options.IdleTimeout = Time(at) ?? options.IdleTimeout,
            ["MetadataMaxAge"] = (options, at) => options.MetadataMaxAge = Time(at) ?? options.MetadataMaxAge,
        };

    /// <summary>Returns where a node's connection stands.</summary>
    /// <param name="nodeName">The node's name; empty for the only one.</param>
    /// <returns>The section's path.</returns>
    public static string SectionOf(string nodeName) =>
        nodeName.Length == 0 ? "StreamLog:Kafka" : $"StreamLog:{nodeName}:Kafka";

    /// <summary>Sets those options that a section holds.</summary>
    /// <param name="section">The section, which need not be there.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="StreamLogException">Something in it is wrong
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static void Read(IConfiguration section, KafkaClusterOptions options)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!Settings.TryGetValue(setting.Key, out Action<KafkaClusterOptions, IConfigurationSection>? set))
            {
                throw new StreamLogException(
                    ErrorCode.InvalidConfig,
                    $"{setting.Path} is no setting of a connection to Kafka. There are "
                    + $"{string.Join(", ", Settings.Keys)}.");
            }

            set(options, setting);
        }
    }

    // A null in JSON, and nothing in an environment variable, leave a setting as it is.
    private static string? Text(IConfigurationSection at) => string.IsNullOrEmpty(at.Value) ? null : at.Value;

    private static bool? Flag(IConfigurationSection at) => Text(at) is not { } text ? null
        : bool.TryParse(text, out bool flag) ? flag
        : throw Wrong(at, "true or false");

    private static TimeSpan? Time(IConfigurationSection at) => Text(at) is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time
        : throw Wrong(at, "a time, as 00:00:30 for thirty seconds");

    private static StreamLogException Wrong(IConfigurationSection at, string wanted) =>
        new(ErrorCode.InvalidConfig, $"{at.Path} is '{at.Value}', which is not {wanted}.");
}
