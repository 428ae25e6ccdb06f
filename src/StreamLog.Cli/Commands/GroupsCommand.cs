using System.CommandLine;
using StreamLog.Cli.Groups;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog groups</c>: who reads, how far they have come, and moving them.</summary>
internal static class GroupsCommand
{
    public static Command Create(Shell shell, GlobalOptions globals) =>
        new ExampleCommand("groups", "List and describe groups, move their offsets, delete them.")
        {
            CreateList(shell, globals),
            CreateDescribe(shell, globals),
            GroupsResetCommand.Create(shell, globals),
            CreateDelete(shell, globals),
            CreateDeleteOffsets(shell, globals),
        };

    private static ExampleCommand CreateList(Shell shell, GlobalOptions globals)
    {
        ExampleCommand command = new(
            "list", "List the groups, their protocols and their states.", "streamlog groups list --data ./data");
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            GroupOutput.WriteList(
                shell.Output,
                await new GroupCatalog(log).ListAsync(cancellationToken).ConfigureAwait(false),
                parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDescribe(Shell shell, GlobalOptions globals)
    {
        Argument<string> group = new("group") { Description = "The group." };
        ExampleCommand command = new(
            "describe",
            "Show how far a group has come in each partition, its lag and its members.",
            "streamlog groups describe billing --data ./data",
            "streamlog groups describe billing --json --data ./data | jq '[.offsets[].lag] | add'")
        {
            group,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            GroupDescription found = await new GroupCatalog(log)
                .DescribeAsync(parsed.GetRequiredValue(group), cancellationToken).ConfigureAwait(false);
            GroupOutput.WriteDescription(shell.Output, found, parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDelete(Shell shell, GlobalOptions globals)
    {
        Argument<string[]> groups = new("group") { Description = "The groups.", Arity = ArgumentArity.OneOrMore };
        ExampleCommand command = new(
            "delete",
            "Delete groups that have no members, and all that they have committed.",
            "streamlog groups delete billing --data ./data")
        {
            groups,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            GroupCatalog catalog = new(log);
            foreach (string group in parsed.GetRequiredValue(groups))
            {
                await catalog.DeleteAsync(group, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(globals.Json))
                    Json.WriteLine(shell.Output, new { group, deleted = true });
                else
                    shell.Output.WriteLine($"Deleted group '{group}'.");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDeleteOffsets(Shell shell, GlobalOptions globals)
    {
        Argument<string> group = new("group") { Description = "The group." };
        Option<string[]> topics = new("--topic", "-t")
        {
            HelpName = "TOPIC[:PARTITIONS]",
            Description = "Where to forget offsets: orders, or orders:0,3. May be given several times.",
            Required = true,
        };
        ExampleCommand command = new(
            "delete-offsets",
            "Forget what a group has committed for topics that none of its members reads.",
            "streamlog groups delete-offsets billing --topic orders:0,3 --data ./data")
        {
            group,
            topics,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            string name = parsed.GetRequiredValue(group);
            IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
                await log.Admin.ListGroupOffsetsAsync(name, cancellationToken).ConfigureAwait(false);
            List<TopicPartition> gone = [];
            foreach (string topic in parsed.GetRequiredValue(topics))
                gone.AddRange(TopicSelection.Parse(topic).Choose(committed.Keys));
            if (gone.Count == 0)
                throw new CommandFailure($"Group '{name}' has committed nothing there.");
            await new GroupCatalog(log).DeleteOffsetsAsync(name, gone, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(globals.Json))
                Json.WriteDocument(shell.Output, gone.Select(each => new { group = name, each.Topic, each.Partition }));
            else
                shell.Output.WriteLine($"Deleted the offsets of group '{name}' in {string.Join(", ", gone)}.");
            return ExitCodes.Success;
        });
        return command;
    }
}
