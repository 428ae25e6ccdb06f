using System.CommandLine;
using StreamLog.Cli.Records;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog consume</c>: prints the records of a topic.</summary>
internal sealed class ConsumeCommand
{
    private readonly Shell _shell;
    private readonly GlobalOptions _globals;

    private readonly Argument<string> _topic = new("topic") { Description = "The topic." };

    private readonly Option<string?> _from = new("--from", "-o")
    {
        HelpName = "PLACE",
        Description = $"Where to begin: {StartPlace.Forms}.  [default: beginning; with --follow: end]",
    };

    private readonly Option<int[]> _partitions = new("--partition", "-p")
    {
        Description = "Read this partition alone. May be given several times.",
    };

    private readonly Option<string?> _group = new("--group", "-g")
    {
        HelpName = "NAME",
        Description = "Read as a member of a group, from where it has come to, and commit what was printed.",
    };

    private readonly Option<long?> _max = new("--max", "-n")
    {
        HelpName = "COUNT",
        Description = "Stop after so many records.",
    };

    private readonly Option<bool> _isFollowing = new("--follow")
    {
        Description = "Wait at the end for more, until Ctrl-C. Else reading stops at what is the end now.",
    };

    private readonly Option<RecordField[]> _show = new("--show", "-s")
    {
        HelpName = "FIELDS",
        Description = "What to print of a record, in this order, with commas between: topic, partition, offset, time, "
            + "key, value, headers. The value comes last where it is not named.",
        CustomParser = result => RecordFields.Parse(result),
    };

    private readonly Option<string> _separator = new("--separator")
    {
        HelpName = "TEXT",
        Description = "What to print between fields.  [default: a tab]",
        DefaultValueFactory = _ => "\t",
    };

    private readonly Option<bool> _isHex = new("--hex")
    {
        Description = "Print keys, values and headers as hexadecimal digits.",
    };

    private readonly Option<string> _null = new("--null")
    {
        HelpName = "TEXT",
        Description = "What to print for a key or value that is null.  [default: nothing]",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<bool> _isUncommitted = new("--uncommitted")
    {
        Description = "Print records of open and aborted transactions too.",
    };

    private ConsumeCommand(Shell shell, GlobalOptions globals)
    {
        _shell = shell;
        _globals = globals;
    }

    public static Command Create(Shell shell, GlobalOptions globals)
    {
        ConsumeCommand consume = new(shell, globals);
        ExampleCommand command = new(
            "consume",
            """
            Print the records of a topic, a line each.

            Keys and values are printed byte for byte; --json tells apart what is no text.
            With --group what was printed is committed and nothing else, also on Ctrl-C.
            """,
            "streamlog consume orders --data ./data",
            "streamlog consume orders --from 15m --show time,partition,offset,key --data ./data",
            "streamlog consume orders --from end-10 --json --data ./data",
            "streamlog consume orders --group billing --max 100 --data ./data",
            "streamlog consume orders --follow --data ./data")
        {
            consume._topic,
            consume._from,
            consume._partitions,
            consume._group,
            consume._max,
            consume._isFollowing,
            consume._show,
            consume._separator,
            consume._isHex,
            consume._null,
            consume._isUncommitted,
        };
        TargetOptions target = new(command, shell, globals);
        command.SetAction((parsed, cancellationToken) => consume.RunAsync(parsed, target, cancellationToken));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, TargetOptions target, CancellationToken cancellationToken)
    {
        bool isFollowing = parsed.GetValue(_isFollowing);
        string? group = parsed.GetValue(_group);
        StartPlace place = PlaceOf(parsed, isFollowing && group is null);
        Check(parsed, place);
        RecordPrinter printer = new(_shell)
        {
            IsJson = parsed.GetValue(_globals.Json),
            IsHex = parsed.GetValue(_isHex),
            Fields = parsed.GetValue(_show) is { Length: > 0 } fields ? fields : [RecordField.Value],
            Separator = parsed.GetRequiredValue(_separator),
            Null = parsed.GetRequiredValue(_null),
        };

        await using LogTarget log =
            await target.OpenAsync(parsed, mayCreate: false, cancellationToken).ConfigureAwait(false);
        Reading reading = new(log, parsed.GetRequiredValue(_topic), printer, _shell.Time)
        {
            Left = parsed.GetValue(_max) ?? long.MaxValue,
            IsFollowing = isFollowing,
            Isolation = parsed.GetValue(_isUncommitted)
                ? IsolationLevel.ReadUncommitted
                : IsolationLevel.ReadCommitted,
        };
        try
        {
            if (group is null)
            {
                await reading.ReadAsync(place, parsed.GetValue(_partitions) ?? [], cancellationToken)
                    .ConfigureAwait(false);
            }
            else
            {
                await reading.ReadAsGroupAsync(group, place, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (isFollowing && cancellationToken.IsCancellationRequested)
        {
            // That is how following ends.
        }

        return ExitCodes.Success;
    }

    private StartPlace PlaceOf(ParseResult parsed, bool isAtEnd) =>
        StartPlace.Parse(
            parsed.GetValue(_from) ?? (isAtEnd ? "end" : "beginning"), _shell.Time.GetUtcNow());

    private void Check(ParseResult parsed, StartPlace place)
    {
        if (parsed.GetValue(_max) is < 1)
            throw CommandFailure.Usage("--max takes 1 or more.");
        if (parsed.GetValue(_group) is not { } group)
            return;
        if (parsed.GetValue(_partitions) is { Length: > 0 })
            throw CommandFailure.Usage("--partition has no place with --group: the group shares partitions itself.");
        if (place.Edge is null)
        {
            throw CommandFailure.Usage(
                "With --group, --from is 'beginning' or 'end', and holds where the group has committed nothing. Use "
                + $"'streamlog groups reset {group} --to PLACE' to move it.");
        }
    }
}
