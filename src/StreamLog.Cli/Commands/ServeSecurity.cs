using System.CommandLine;
using StreamLog.Kafka;

namespace StreamLog.Cli.Commands;

/// <summary>The options of <c>serve</c> that say who is let in, and how connections are encrypted.</summary>
internal sealed class ServeSecurity
{
    private const string Plain = "PLAIN";

    // The kind of principal that Kafka's names of users begin with.
    private const string UserPrefix = "User:";

    private readonly Option<string?> _certificate = new("--tls-cert")
    {
        HelpName = "PATH",
        Description = "Encrypt connections, with the certificate in this file: PEM, or PKCS#12 by the name of .pfx.",
    };

    private readonly Option<string?> _key = new("--tls-key")
    {
        HelpName = "PATH",
        Description = "The PEM file with the certificate's key, where it has one of its own.",
    };

    private readonly Option<string?> _password = new("--tls-password")
    {
        HelpName = "TEXT",
        Description = "What the key is encrypted with.",
    };

    private readonly Option<string?> _authorities = new("--tls-client-authorities")
    {
        HelpName = "PATH",
        Description = "Have every client show a certificate from an authority in this PEM file.",
    };

    private readonly Option<string[]> _mechanisms = new("--sasl")
    {
        HelpName = "MECHANISM",
        Description = "Have clients authenticate by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. May be given several times.",
    };

    private readonly Option<string[]> _users = new("--user")
    {
        HelpName = "NAME:PASSWORD",
        Description = "A user for --sasl, as long as the command runs. May be given several times.",
    };

    private readonly Option<string?> _userFile = new("--user-file")
    {
        HelpName = "PATH",
        Description = "A file with a line of NAME:PASSWORD for each user: command lines can be seen by others.",
    };

    private readonly Option<bool> _hasAcls = new("--acls")
    {
        Description = "Let clients do only what rules of access (ACLs) permit.",
    };

    private readonly Option<string[]> _superUsers = new("--super-user")
    {
        HelpName = "NAME",
        Description = "A user who may do everything in spite of --acls. May be given several times.",
    };

    public ServeSecurity(Command command)
    {
        _mechanisms.AcceptOnlyFromAmong(Plain, "SCRAM-SHA-256", "SCRAM-SHA-512");
        Option[] all =
        [
            _certificate, _key, _password, _authorities, _mechanisms, _users, _userFile, _hasAcls, _superUsers,
        ];
        foreach (Option option in all)
            command.Options.Add(option);
    }

    /// <summary>Sets what the command line says.</summary>
    /// <exception cref="CommandFailure">It contradicts itself, or a user is none.</exception>
    public void Apply(ParseResult parsed, StreamLogOptions node, KafkaListenerOptions listener)
    {
        listener.Tls = TlsOf(parsed);
        node.Security.Acls = parsed.GetValue(_hasAcls);
        foreach (string user in parsed.GetValue(_superUsers) ?? [])
        {
            bool isWhole = user.StartsWith(UserPrefix, StringComparison.Ordinal);
            node.Security.SuperUsers.Add(isWhole ? user : UserPrefix + user);
        }

        if (!node.Security.Acls && node.Security.SuperUsers.Count > 0)
            throw CommandFailure.Usage("--super-user has no place without --acls: everybody may do everything.");
        foreach (string mechanism in parsed.GetValue(_mechanisms) ?? [])
            listener.SaslMechanisms.Add(mechanism);
        AddUsers(parsed, node.Security.Users);
        if (listener.SaslMechanisms.Count == 0 && node.Security.Users.Count > 0)
            throw CommandFailure.Usage("--user and --user-file have no place without --sasl: nobody would be asked.");

        // A directory may hold credentials that were stored before; those for PLAIN are not stored.
        bool mayKnowOthers = !node.InMemory && listener.SaslMechanisms.Any(mechanism => mechanism != Plain);
        if (listener.SaslMechanisms.Count > 0 && node.Security.Users.Count == 0 && !mayKnowOthers)
            throw CommandFailure.Usage("--sasl lets nobody in without users: name some by --user or --user-file.");
    }

    private KafkaListenerTls? TlsOf(ParseResult parsed)
    {
        string? certificate = parsed.GetValue(_certificate);
        string? key = parsed.GetValue(_key);
        string? password = parsed.GetValue(_password);
        string? authorities = parsed.GetValue(_authorities);
        if (certificate is null && (key ?? password ?? authorities) is not null)
        {
            throw CommandFailure.Usage(
                "--tls-key, --tls-password and --tls-client-authorities have no place without --tls-cert.");
        }

        return certificate is null
            ? null
            : new KafkaListenerTls
            {
                CertificateFile = certificate,
                KeyFile = key,
                Password = password,
                ClientAuthoritiesFile = authorities,
                ClientCertificates =
                    authorities is null ? ClientCertificateMode.None : ClientCertificateMode.Required,
            };
    }

    private void AddUsers(ParseResult parsed, IDictionary<string, string> users)
    {
        foreach (string user in parsed.GetValue(_users) ?? [])
        {
            if (!TryAdd(user, users))
                throw CommandFailure.Usage("--user takes NAME:PASSWORD, each name once.");
        }

        if (parsed.GetValue(_userFile) is not { } file)
            return;
        int number = 0;
        foreach (string line in ReadOnlyDisk.ReadText(file).Split('\n'))
        {
            // What is wrong is named by its number: a line has a password.
            number++;
            string user = line.TrimEnd('\r');
            if (user.Length > 0 && !TryAdd(user, users))
                throw CommandFailure.Usage($"{file}, line {number}: NAME:PASSWORD is wanted, each name once.");
        }
    }

    private static bool TryAdd(string user, IDictionary<string, string> users)
    {
        int at = user.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && at < user.Length - 1 && users.TryAdd(user[..at], user[(at + 1)..]);
    }
}
