using System.CommandLine;
using System.CommandLine.Parsing;
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
            Tls = parsed.GetValue(_tls) ? new() : null,
            SaslMechanism = parsed.GetValue(_mechanism) ?? (user is null ? null : "SCRAM-SHA-512"),
            UserName = user ?? "",
            Password = parsed.GetValue(_password) ?? Environment.GetEnvironmentVariable(PasswordVariable) ?? "",
        };
    }

    private IEnumerable<Option> Others() => [_tls, _mechanism, _user, _password];
}
