using Microsoft.Extensions.Configuration;
using static StreamLog.Kafka.SectionValues;

namespace StreamLog.Kafka.Listening;

/// <summary>Reads the options of a listener from a section of configuration. Stateless.</summary>
internal static class ListenerConfiguration
{
    private const string What = "a Kafka listener";

    private static readonly Dictionary<string, Action<KafkaListenerOptions, IConfigurationSection>> Settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Address"] = (options, at) => options.Address = Text(at) ?? options.Address,
            ["AdvertisedAddress"] = (options, at) => options.AdvertisedAddress = Text(at),
            ["Name"] = (options, at) => options.Name = Text(at),
            ["Tls"] = (options, at) => options.Tls = ReadTls(at),
            ["SaslMechanisms"] = AddMechanisms,
            ["AuthenticationLifetime"] = (options, at) => options.AuthenticationLifetime = Time(at),
            ["MaxConnections"] = (options, at) => options.MaxConnections = Number(at) ?? options.MaxConnections,
            ["MaxConnectionsPerIp"] = (options, at) =>
                options.MaxConnectionsPerIp = Number(at) ?? options.MaxConnectionsPerIp,
            ["MaxRequestBytes"] = (options, at) => options.MaxRequestBytes = Number(at) ?? options.MaxRequestBytes,
            ["MaxQueuedBytes"] = (options, at) => options.MaxQueuedBytes = LongNumber(at) ?? options.MaxQueuedBytes,
            ["MaxInFlightRequests"] = (options, at) =>
                options.MaxInFlightRequests = Number(at) ?? options.MaxInFlightRequests,
            ["IdleTimeout"] = (options, at) => options.IdleTimeout = Time(at) ?? options.IdleTimeout,
            ["StallTimeout"] = (options, at) => options.StallTimeout = Time(at) ?? options.StallTimeout,
            ["DrainTimeout"] = (options, at) => options.DrainTimeout = Time(at) ?? options.DrainTimeout,
        };

    private static readonly Dictionary<string, Action<KafkaListenerTls, IConfigurationSection>> TlsSettings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["CertificateFile"] = (tls, at) => tls.CertificateFile = Text(at),
            ["KeyFile"] = (tls, at) => tls.KeyFile = Text(at),
            ["Password"] = (tls, at) => tls.Password = Text(at),
            ["ClientCertificates"] = (tls, at) => tls.ClientCertificates = Mode(at) ?? tls.ClientCertificates,
            ["ClientAuthoritiesFile"] = (tls, at) => tls.ClientAuthoritiesFile = Text(at),
            ["ReloadInterval"] = (tls, at) => tls.ReloadInterval = Time(at) ?? tls.ReloadInterval,
        };

    /// <summary>Reads options.</summary>
    /// <param name="section">The section.</param>
    /// <returns>The options.</returns>
    /// <exception cref="StreamLogException">The section is not there, or something in it is wrong
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    public static KafkaListenerOptions Read(IConfiguration section)
    {
        if (section is IConfigurationSection named && !named.Exists())
        {
            throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"There is no section {named.Path} in the configuration to set up a Kafka listener by. " +
                "Give it an Address at least.");
        }

        KafkaListenerOptions options = new();
        SectionValues.Read(section, Settings, options, What);
        return options;
    }

    private static KafkaListenerTls ReadTls(IConfigurationSection section)
    {
        KafkaListenerTls tls = new();
        SectionValues.Read(section, TlsSettings, tls, What);
        return tls.CertificateFile is not null
            ? tls
            : throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"{section.Path} names no certificate. Set CertificateFile in it, or leave it out for connections " +
                "that are not encrypted.");
    }

    private static void AddMechanisms(KafkaListenerOptions options, IConfigurationSection section)
    {
        foreach (IConfigurationSection item in section.GetChildren())
            options.SaslMechanisms.Add(item.Value ?? "");
        if (section.Value is not { } value)
            return;

        // As an environment variable has it.
        const StringSplitOptions Bare = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string mechanism in value.Split(',', Bare))
            options.SaslMechanisms.Add(mechanism);
    }

    private static ClientCertificateMode? Mode(IConfigurationSection at) => Text(at) is not { } text ? null
        : Enum.TryParse(text, ignoreCase: true, out ClientCertificateMode mode) && Enum.IsDefined(mode) ? mode
        : throw Wrong(at, $"one of {string.Join(", ", Enum.GetNames<ClientCertificateMode>())}");
}
