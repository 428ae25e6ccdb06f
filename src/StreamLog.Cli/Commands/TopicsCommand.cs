using System.CommandLine;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog topics</c>: what topics there are, and making, changing and deleting them.</summary>
internal static class TopicsCommand
{
    public static Command Create(Shell shell, GlobalOptions globals) =>
        new ExampleCommand("topics", "List, create, describe, alter and delete topics.")
        {
            CreateList(shell, globals),
            CreateCreate(shell, globals),
            CreateDescribe(shell, globals),
            CreateAlter(shell, globals),
            CreateDelete(shell, globals),
        };

    private static ExampleCommand CreateList(Shell shell, GlobalOptions globals)
    {
        Option<bool> isInternal = new("--internal") { Description = "List StreamLog's own topics too." };
        Option<bool> isLong = new("--long", "-l") { Description = "Show partitions, offsets and sizes too." };
        ExampleCommand command = new(
            "list",
            "List the topics, a name a line.",
            "streamlog topics list --data ./data",
            "streamlog topics list --long --internal --data ./data",
            "streamlog topics list --bootstrap broker.example:9093 --tls --user ann")
        {
            isInternal,
            isLong,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> names = await log.Admin
                .ListTopicsAsync(parsed.GetValue(isInternal), cancellationToken).ConfigureAwait(false);
            if (!parsed.GetValue(isLong))
            {
                TopicOutput.WriteNames(shell.Output, names, parsed.GetValue(globals.Json));
                return ExitCodes.Success;
            }

            List<Topic> topics = [];
            foreach (string name in names)
                topics.Add(await log.Admin.DescribeTopicAsync(name, cancellationToken).ConfigureAwait(false));
            TopicOutput.WriteList(shell.Output, topics, parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateCreate(Shell shell, GlobalOptions globals)
    {
        Argument<string> name = new("topic") { Description = "The name of the new topic." };
        Option<int?> partitions = new("--partitions", "-p")
        {
            Description = "How many partitions it has.  [default: 1]",
        };
        Option<short?> replicas = new("--replication-factor", "-r")
        {
            Description = "On how many brokers each partition is kept.  [default: the broker's]",
        };
        Option<string[]> configs = new("--config", "-c")
        {
            HelpName = "NAME=VALUE",
            Description = "A setting of the topic. May be given several times.",
        };
        Option<bool> isLenient = new("--if-missing") { Description = "Do nothing where the topic is there." };
        ExampleCommand command = new(
            "create",
            """
            Create a topic.

            With --data: where there is no log in the directory yet, there is one then.
            """,
            "streamlog topics create orders --partitions 6 --data ./data",
            "streamlog topics create orders -p 6 --replication-factor 3 --bootstrap broker.example:9092",
            "streamlog topics create sessions -c cleanup.policy=compact -c retention.ms=-1 --data ./data")
        {
            name,
            partitions,
            replicas,
            configs,
            isLenient,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Dictionary<string, string> settings = [];
            foreach (string config in parsed.GetValue(configs) ?? [])
            {
                (string key, string value) = Pairs.Split(config, "--config");
                settings[key] = value;
            }

            string topic = parsed.GetRequiredValue(name);
            NewTopic wanted = new(topic, parsed.GetValue(partitions), parsed.GetValue(replicas), settings);
            wanted.Check();
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: true, cancellationToken).ConfigureAwait(false);
            bool isNew = true;
            try
            {
                await wanted.CreateAsync(log, cancellationToken).ConfigureAwait(false);
            }
            catch (StreamLogException exception)
                when (exception.ErrorCode == ErrorCode.TopicAlreadyExists && parsed.GetValue(isLenient))
            {
                isNew = false;
            }

            if (parsed.GetValue(globals.Json))
                Json.WriteDocument(shell.Output, new { topic, created = isNew });
            else
                shell.Output.WriteLine(isNew ? $"Created topic '{topic}'." : $"Topic '{topic}' was there already.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDescribe(Shell shell, GlobalOptions globals)
    {
        Argument<string[]> names = new("topic")
        {
            Description = "The topics.",
            Arity = ArgumentArity.OneOrMore,
        };
        ExampleCommand command = new(
            "describe",
            "Show the partitions of topics: leaders, offsets, sizes.",
            "streamlog topics describe orders --data ./data",
            "streamlog topics describe orders payments --json --data ./data")
        {
            names,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            List<Topic> topics = [];
            foreach (string name in parsed.GetRequiredValue(names))
                topics.Add(await log.Admin.DescribeTopicAsync(name, cancellationToken).ConfigureAwait(false));
            TopicOutput.WriteDescriptions(shell.Output, topics, parsed.GetValue(globals.Json));
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateAlter(Shell shell, GlobalOptions globals)
    {
        Argument<string> name = new("topic") { Description = "The topic." };
        Option<int> partitions = new("--partitions", "-p")
        {
            Description = "How many partitions it has from now on. More than now: fewer there can never be.",
            Required = true,
        };
        ExampleCommand command = new(
            "alter",
            """
            Give a topic more partitions.

            Records stay where they are, so a key's later records may go to another partition than its earlier ones.
            """,
            "streamlog topics alter orders --partitions 12 --data ./data")
        {
            name,
            partitions,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            string topic = parsed.GetRequiredValue(name);
            int count = parsed.GetRequiredValue(partitions);
            await log.Admin.CreatePartitionsAsync(topic, count, cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(globals.Json))
                Json.WriteDocument(shell.Output, new { topic, partitions = count });
            else
                shell.Output.WriteLine($"Topic '{topic}' has {count} partitions now.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static ExampleCommand CreateDelete(Shell shell, GlobalOptions globals)
    {
        Argument<string[]> names = new("topic")
        {
            Description = "The topics.",
            Arity = ArgumentArity.OneOrMore,
        };
        ExampleCommand command = new(
            "delete",
            "Delete topics and all their records, for good.",
            "streamlog topics delete orders --data ./data")
        {
            names,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using LogTarget log =
                await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
            foreach (string topic in parsed.GetRequiredValue(names))
            {
                await log.Admin.DeleteTopicAsync(topic, cancellationToken).ConfigureAwait(false);
                if (parsed.GetValue(globals.Json))
                    Json.WriteLine(shell.Output, new { topic, deleted = true });
                else
                    shell.Output.WriteLine($"Deleted topic '{topic}'.");
            }

            return ExitCodes.Success;
        });
        return command;
    }
}
