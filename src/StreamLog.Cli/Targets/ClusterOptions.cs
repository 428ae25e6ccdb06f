using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Security;
using StreamLog.Kafka;

namespace StreamLog.Cli.Targets;

/// <summary>The options by which a command reaches brokers.</summary>
internal sealed class ClusterOptions
{
    private const string PasswordVariable = "STREAMLOG_PASSWORD";

    private readonly Option<string?> _bootstrap = new("--bootstrap")
    {
        HelpName = "HOST:PORT",
        Description = "A broker that speaks Kafka's protocol, or several with commas between: in place of --data.",
    };

    private readonly Option<bool> _tls = new("--tls") { Description = "Encrypt the connection to the broker." };

    private readonly Option<string?> _authority = new("--tls-ca")
    {
        HelpName = "FILE",
        Description = "Encrypt, and trust the authorities in this PEM file in place of the machine's.",
    };

    private readonly Option<string?> _certificate = new("--tls-cert")
    {
        HelpName = "FILE",
        Description = "Encrypt, and show the certificate in this file: PEM, or PKCS#12 as .pfx or .p12.",
    };

    private readonly Option<string?> _key = new("--tls-key")
    {
        HelpName = "FILE",
        Description = "The certificate's key in PEM. By default it is in the same file.",
    };

    private readonly Option<string?> _mechanism = new("--sasl-mechanism")
    {
        HelpName = "NAME",
        Description = "How to log in: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.",
    };

    private readonly Option<string?> _user = new("--user")
    {
        HelpName = "NAME",
        Description = "Who logs in. Without a mechanism it is SCRAM-SHA-512.",
    };

    private readonly Option<string?> _password = new("--password")
    {
        HelpName = "TEXT",
        Description = $"The password. Other users may see it in the list of processes; {PasswordVariable} keeps it "
            + "from them.",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_bootstrap);
        foreach (Option option in Others())
            command.Options.Add(option);
    }

    /// <summary>Tells whether brokers are named.</summary>
    public bool IsGiven(CommandResult result) => result.GetResult(_bootstrap) is not null;

    /// <summary>Refuses what has no meaning without brokers.</summary>
    public void RefuseOthers(CommandResult result)
    {
        foreach (Option option in Others())
        {
            if (result.GetResult(option) is not null)
                result.AddError($"{option.Name} is for a connection: it goes with --bootstrap, and not with --data.");
        }
    }

    /// <summary>Reads how to connect.</summary>
    public KafkaClusterOptions Read(ParseResult parsed)
    {
        string? user = parsed.GetValue(_user);
        return new KafkaClusterOptions
        {
            BootstrapServers = parsed.GetRequiredValue(_bootstrap)!,
            Tls = TlsOf(parsed),
            SaslMechanism = parsed.GetValue(_mechanism) ?? (user is null ? null : "SCRAM-SHA-512"),
            UserName = user ?? "",
            Password = parsed.GetValue(_password) ?? Environment.GetEnvironmentVariable(PasswordVariable) ?? "",
        };
    }

    private IEnumerable<Option> Others() =>
        [_tls, _authority, _certificate, _key, _mechanism, _user, _password];

    private SslClientAuthenticationOptions? TlsOf(ParseResult parsed)
    {
        KafkaClusterTls tls = new()
        {
            CertificateAuthorityFile = parsed.GetValue(_authority),
            CertificateFile = parsed.GetValue(_certificate),
            KeyFile = parsed.GetValue(_key),
        };
        bool isWanted = parsed.GetValue(_tls) || tls.CertificateAuthorityFile is not null
            || tls.CertificateFile is not null || tls.KeyFile is not null;
        return isWanted ? tls.ToOptions() : null;
    }
}
