using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace StreamLog.Kafka.Listening;

/// <summary>Reads the options of a listener from a section of configuration. Stateless.</summary>
/// <remarks>Unlike a binder it refuses what it does not know: a setting with a slip in its name would otherwise leave
/// a listener without TLS, or without authentication.</remarks>
internal static class ListenerConfiguration
{
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
        Read(section, Settings, options);
        return options;
    }

    private static KafkaListenerTls ReadTls(IConfigurationSection section)
    {
        KafkaListenerTls tls = new();
        Read(section, TlsSettings, tls);
        return tls.CertificateFile is not null
            ? tls
            : throw new StreamLogException(
                ErrorCode.InvalidConfig,
                $"{section.Path} names no certificate. Set CertificateFile in it, or leave it out for connections " +
                "that are not encrypted.");
    }

    private static void Read<TOptions>(
        IConfiguration section,
        Dictionary<string, Action<TOptions, IConfigurationSection>> settings,
        TOptions options)
    {
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!settings.TryGetValue(setting.Key, out Action<TOptions, IConfigurationSection>? set))
            {
                throw new StreamLogException(
                    ErrorCode.InvalidConfig,
                    $"{setting.Path} is no setting of a Kafka listener. There are {string.Join(", ", settings.Keys)}.");
            }

            set(options, setting);
        }
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

    // A null in JSON, and nothing in an environment variable, leave a setting as it is.
    private static string? Text(IConfigurationSection at) => string.IsNullOrEmpty(at.Value) ? null : at.Value;

    private static int? Number(IConfigurationSection at) => Text(at) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
        : throw Wrong(at, "a whole number, as 1000");

    private static long? LongNumber(IConfigurationSection at) => Text(at) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw Wrong(at, "a whole number, as 1000");

    private static TimeSpan? Time(IConfigurationSection at) => Text(at) is not { } text ? null
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time
        : throw Wrong(at, "a time, as 00:10:00 for ten minutes");

    private static ClientCertificateMode? Mode(IConfigurationSection at) => Text(at) is not { } text ? null
        : Enum.TryParse(text, ignoreCase: true, out ClientCertificateMode mode) && Enum.IsDefined(mode) ? mode
        : throw Wrong(at, $"one of {string.Join(", ", Enum.GetNames<ClientCertificateMode>())}");

    private static StreamLogException Wrong(IConfigurationSection at, string wanted) =>
        new(ErrorCode.InvalidConfig, $"{at.Path} is '{at.Value}', which is not {wanted}.");
}
