using System.CommandLine;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog configs</c>: the settings of topics.</summary>
internal static class ConfigsCommand
{
    public static Command Create(Shell shell, GlobalOptions globals) =>
        new ExampleCommand("configs", "Show and change the settings of topics.")
        {
            CreateGet(shell, globals),
            CreateSet(shell, globals),
            CreateDelete(shell, globals),
        };

    private static ExampleCommand CreateGet(Shell shell, GlobalOptions globals)
    {
        Argument<string> topic = new("topic") { Description = "The topic." };
        Argument<string[]> names = new("setting")
        {
            Description = "The settings to show; all where none is named.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<bool> isExplained = new("--explain") { Description = "Say what each setting does." };
        ExampleCommand command = new(
            "get",
            "Show the settings of a topic, and which of them were set.",
            "streamlog configs get orders --data ./data",
            "streamlog configs get orders retention.ms --explain --data ./data")
        {
            topic,
            names,
            isExplained,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            IReadOnlyDictionary<string, ConfigEntry> all = await log.Admin
                .DescribeConfigsAsync(parsed.GetRequiredValue(topic), cancellationToken).ConfigureAwait(false);
            List<ConfigEntry> wanted = Choose(all, parsed.GetValue(names) ?? []);
            Write(shell.Output, wanted, parsed.GetValue(isExplained), parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateSet(Shell shell, GlobalOptions globals)
    {
        Argument<string> topic = new("topic") { Description = "The topic." };
        Argument<string[]> settings = new("setting")
        {
            HelpName = "NAME=VALUE",
            Description = "The settings and their new values.",
            Arity = ArgumentArity.OneOrMore,
        };
        ExampleCommand command = new(
            "set",
            "Change settings of a topic. They hold at once, all or none of them.",
            "streamlog configs set orders retention.ms=86400000 segment.bytes=67108864 --data ./data")
        {
            topic,
            settings,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Dictionary<string, string?> changes = [];
            foreach (string setting in parsed.GetRequiredValue(settings))
            {
                (string name, string value) = Pairs.Split(setting, "A setting");
                changes[name] = value;
            }

            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            await AlterAsync(log, shell, parsed.GetRequiredValue(topic), changes, parsed.GetValue(globals.Json),
                cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDelete(Shell shell, GlobalOptions globals)
    {
        Argument<string> topic = new("topic") { Description = "The topic." };
        Argument<string[]> names = new("setting")
        {
            Description = "The settings that get their defaults back.",
            Arity = ArgumentArity.OneOrMore,
        };
        ExampleCommand command = new(
            "delete",
            "Give settings of a topic their defaults back.",
            "streamlog configs delete orders retention.ms --data ./data")
        {
            topic,
            names,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Dictionary<string, string?> changes = [];
            foreach (string name in parsed.GetRequiredValue(names))
                changes[name] = null;
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            await AlterAsync(log, shell, parsed.GetRequiredValue(topic), changes, parsed.GetValue(globals.Json),
                cancellationToken).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async ValueTask AlterAsync(
        LogTarget log,
        Shell shell,
        string topic,
        Dictionary<string, string?> changes,
        bool isJson,
        CancellationToken cancellationToken)
    {
        await log.Admin.AlterConfigsAsync(topic, changes, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, ConfigEntry> now =
            await log.Admin.DescribeConfigsAsync(topic, cancellationToken).ConfigureAwait(false);
        Write(shell.Output, Choose(now, [.. changes.Keys]), isExplained: false, isJson);
    }

    private static List<ConfigEntry> Choose(IReadOnlyDictionary<string, ConfigEntry> all, string[] names)
    {
        if (names.Length == 0)
            return [.. all.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal)];

        List<ConfigEntry> chosen = [];
        foreach (string name in names)
        {
            chosen.Add(all.TryGetValue(name, out ConfigEntry? entry)
                ? entry
                : throw CommandFailure.Usage(
                    $"There is no setting '{name}'. 'streamlog configs get TOPIC' lists all there are."));
        }

        return chosen;
    }

    private static void Write(TextWriter output, List<ConfigEntry> entries, bool isExplained, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(
                output, entries.Select(entry => new { entry.Name, entry.Value, entry.IsDefault, entry.Documentation }));
            return;
        }

        TextTable table = isExplained
            ? new TextTable("setting", "value", "from", "meaning")
            : new TextTable("setting", "value", "from");
        foreach (ConfigEntry entry in entries)
        {
            string from = entry.IsDefault ? "default" : "topic";
            if (isExplained)
                table.Add(entry.Name, entry.Value, from, entry.Documentation);
            else
                table.Add(entry.Name, entry.Value, from);
        }

        table.WriteTo(output);
    }
}
