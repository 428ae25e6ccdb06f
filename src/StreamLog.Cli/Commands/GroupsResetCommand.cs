using System.CommandLine;
using StreamLog.Cli.Groups;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog groups reset</c>: moves what a group reads next.</summary>
internal sealed class GroupsResetCommand
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Argument<string> _group = new("group")
    {
        Description = "The group. One that is not there yet begins with these offsets.",
    };

    private readonly Option<string?> _to = new("--to")
    {
        HelpName = "PLACE",
        Description = $"Where it goes on: {StartPlace.Forms}.",
    };

    private readonly Option<long?> _by = new("--by")
    {
        HelpName = "COUNT",
        Description = "How many offsets to move forward, or by a negative number back.",
    };

    private readonly Option<string[]> _topics = new("--topic", "-t")
    {
        HelpName = "TOPIC[:PARTITIONS]",
        Description = "What to move: orders, or orders:0,3. May be given several times.  [default: all it has "
            + "committed]",
    };

    private readonly Option<bool> _isExecuting = new("--execute")
    {
        Description = "Do it. Else it is only shown what would be done.",
    };

    private GroupsResetCommand(Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
    }

    public static Command Create(Shell shell, GlobalOptions globals)
    {
        GroupsResetCommand reset = new(shell, globals);
        ExampleCommand command = new(
            "reset",
            """
            Move what a group without members reads next.

            Places before the first record, or behind the last one, become these.
            """,
            "streamlog groups reset billing --to beginning --data ./data",
            "streamlog groups reset billing --to 2026-01-31T12:00Z --topic orders --execute --data ./data",
            "streamlog groups reset billing --by -100 --topic orders:0 --execute --data ./data")
        {
            reset._group,
            reset._to,
            reset._by,
            reset._topics,
            reset._isExecuting,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction((parsed, cancellationToken) => reset.RunAsync(parsed, target, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, TargetOptions target, CancellationToken cancellationToken)
    {
        string? to = parsed.GetValue(_to);
        long? by = parsed.GetValue(_by);
        if (to is null == by is null)
            throw CommandFailure.Usage("Say where to by --to PLACE or by --by COUNT, one of the two.");
        StartPlace? place = to is null ? null : StartPlace.Parse(to, _shell.Time.GetUtcNow());
        List<TopicSelection> selections = [.. (parsed.GetValue(_topics) ?? []).Select(TopicSelection.Parse)];

        await using LogTarget log =
            await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
        string group = parsed.GetRequiredValue(_group);
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> now =
            await log.Admin.ListGroupOffsetsAsync(group, cancellationToken).ConfigureAwait(false);
        List<TopicPartition> partitions =
            await ChooseAsync(log, group, selections, now, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, long> then = place is not null
            ? await place.FindAsync(log, partitions, cancellationToken).ConfigureAwait(false)
            : await MoveAsync(log, partitions, now, by!.Value, cancellationToken).ConfigureAwait(false);

        bool isExecuting = parsed.GetValue(_isExecuting);
        if (isExecuting)
        {
            Dictionary<TopicPartition, OffsetAndMetadata> offsets =
                then.ToDictionary(entry => entry.Key, entry => new OffsetAndMetadata(entry.Value));
            await log.Admin.AlterGroupOffsetsAsync(group, offsets, cancellationToken).ConfigureAwait(false);
        }

        Write(group, partitions, now, then, isExecuting, parsed.GetValue(_globals.Json));
        return ExitCodes.Success;
    }

    private static async ValueTask<List<TopicPartition>> ChooseAsync(
        LogTarget log,
        string group,
        List<TopicSelection> selections,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed,
        CancellationToken cancellationToken)
    {
        if (selections.Count == 0)
        {
            return committed.Count > 0
                ? [.. Sort(committed.Keys)]
                : throw new CommandFailure($"Group '{group}' has committed nothing. Say by --topic what to move.");
        }

        List<TopicPartition> chosen = [];
        foreach (TopicSelection selection in selections)
        {
            Topic topic =
                await log.Admin.DescribeTopicAsync(selection.Topic, cancellationToken).ConfigureAwait(false);
            chosen.AddRange(selection.Choose(topic.Partitions.Select(partition => partition.TopicPartition)));
        }

        return [.. Sort(chosen.Distinct())];
    }

    private static async ValueTask<Dictionary<TopicPartition, long>> MoveAsync(
        LogTarget log,
        List<TopicPartition> partitions,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> now,
        long by,
        CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<TopicPartition, long> starts = await log.Admin
            .ListOffsetsAsync(partitions, StartAt.Earliest, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> ends = await log.Admin
            .ListOffsetsAsync(partitions, StartAt.Latest, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, long> moved = [];
        foreach (TopicPartition partition in partitions)
        {
            if (!now.TryGetValue(partition, out OffsetAndMetadata from))
            {
                throw new CommandFailure(
                    $"The group has committed nothing for {partition} that could be moved by {by}. Use --to.");
            }

            moved[partition] = Math.Clamp(from.Offset + by, starts[partition], ends[partition]);
        }

        return moved;
    }

    private void Write(
        string group,
        List<TopicPartition> partitions,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> now,
        Dictionary<TopicPartition, long> then,
        bool isExecuted,
        bool isJson)
    {
        long? Before(TopicPartition partition) =>
            now.TryGetValue(partition, out OffsetAndMetadata offset) ? offset.Offset : null;
        if (isJson)
        {
            Json.WriteDocument(_shell.Output, new
            {
                group,
                executed = isExecuted,
                Offsets = partitions.Select(partition => new
                {
                    partition.Topic,
                    partition.Partition,
                    before = Before(partition),
                    after = then[partition],
                }),
            });
            return;
        }

        TextTable table = new("topic", "#partition", "#before", "#after");
        foreach (TopicPartition partition in partitions)
            table.Add(partition.Topic, partition.Partition, Before(partition), then[partition]);
        table.WriteTo(_shell.Output);
        if (!isExecuted)
            _shell.Output.WriteLine("Nothing is changed yet: add --execute to do it.");
    }

    private static IEnumerable<TopicPartition> Sort(IEnumerable<TopicPartition> partitions) =>
        partitions.OrderBy(each => each.Topic, StringComparer.Ordinal).ThenBy(each => each.Partition);
}
