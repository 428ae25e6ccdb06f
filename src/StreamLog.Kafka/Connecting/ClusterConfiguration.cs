using System.Net.Security;
using Microsoft.Extensions.Configuration;
using static StreamLog.Kafka.SectionValues;

namespace StreamLog.Kafka.Connecting;

/// <summary>Reads how to connect to a cluster from a section of configuration. Stateless.</summary>
internal static class ClusterConfiguration
{
    private const string What = "a connection to Kafka";

    private static readonly Dictionary<string, Action<KafkaClusterOptions, IConfigurationSection>> Settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["BootstrapServers"] = (options, at) => options.BootstrapServers = Text(at) ?? options.BootstrapServers,
            ["Tls"] = (options, at) => options.Tls = at.GetChildren().Any() ? ReadTls(at) : Flag(at) switch
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

    private static readonly Dictionary<string, Action<KafkaClusterTls, IConfigurationSection>> TlsSettings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["CertificateAuthorityFile"] = (tls, at) => tls.CertificateAuthorityFile = Text(at),
            ["CertificateFile"] = (tls, at) => tls.CertificateFile = Text(at),
            ["KeyFile"] = (tls, at) => tls.KeyFile = Text(at),
            ["Password"] = (tls, at) => tls.Password = Text(at),
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
    public static void Read(IConfiguration section, KafkaClusterOptions options) =>
        SectionValues.Read(section, Settings, options, What);

    private static SslClientAuthenticationOptions ReadTls(IConfigurationSection section)
    {
        KafkaClusterTls tls = new();
        SectionValues.Read(section, TlsSettings, tls, What);
        try
        {
            return tls.ToOptions();
        }
        catch (StreamLogException exception)
        {
            throw new StreamLogException(exception.ErrorCode, $"{section.Path}: {exception.Message}", exception);
        }
    }
}
