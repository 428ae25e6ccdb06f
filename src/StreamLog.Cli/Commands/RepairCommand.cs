using System.CommandLine;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog repair</c>: cuts out what is damaged in a partition.</summary>
internal static class RepairCommand
{
    public static Command Create(Shell shell, GlobalOptions globals)
    {
        Argument<string> directory = new("dir") { Description = "The data directory." };
        Argument<string> topic = new("topic") { Description = "The topic." };
        Argument<int> partition = new("partition") { Description = "The partition's number." };
        ExampleCommand command = new(
            "repair",
            """
            Cut out what is damaged in a partition, so that it can be used again.

            What is cut out is lost to readers, and kept in a .cut file beside the segment. 'streamlog verify' tells
            which partitions are damaged. The directory's node must be stopped, and cannot start meanwhile.
            Exit code 0: the partition can be used; 1: it cannot.
            """,
            "streamlog repair ./data orders 3")
        {
            directory,
            topic,
            partition,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            TopicPartition damaged = new(parsed.GetRequiredValue(topic), parsed.GetValue(partition));
            using ErrorLog loggers = new(shell.Errors, parsed.GetValue(globals.Verbose));
            await using LogTarget log = await TargetOptions
                .OpenAsync(parsed.GetRequiredValue(directory), mayCreate: false, loggers, cancellationToken)
                .ConfigureAwait(false);
            RepairReport report =
                await log.Log.Maintenance.RepairAsync(damaged, cancellationToken).ConfigureAwait(false);
            Write(shell.Output, report, parsed.GetValue(globals.Json));
            return report.IsOnline
                ? ExitCodes.Success
                : throw new CommandFailure($"{damaged} cannot be used: {report.Failure!.Message}");
        });
        return command;
    }

    private static void Write(TextWriter output, RepairReport report, bool isJson)
    {
        if (isJson)
        {
            Json.WriteDocument(output, new
            {
                report.Partition.Topic,
                report.Partition.Partition,
                report.IsOnline,
                report.MendedBatches,
                report.LostOffsets,
                report.LostBytes,
                lost = report.Lost.Select(lost => new
                {
                    lost.File,
                    lost.Position,
                    lost.Bytes,
                    lost.FirstOffset,
                    lost.OffsetCount,
                    lost.Fault,
                    lost.Copy,
                }),
            });
            return;
        }

        foreach (LostRecords lost in report.Lost)
        {
            string copy = lost.Copy is null ? "" : $" A copy is in {lost.Copy}.";
            output.WriteLine($"{lost.File} at {lost.Position}: {lost.Bytes} bytes cut out, offsets "
                + $"{lost.FirstOffset} to {lost.FirstOffset + lost.OffsetCount - 1}. {lost.Fault}{copy}");
        }

        string mended = report.MendedBatches == 0 ? "" : $" {report.MendedBatches} batches were set right.";
        output.WriteLine(report.Lost.Count == 0 && report.MendedBatches == 0
            ? $"Nothing of {report.Partition} is damaged."
            : $"{report.Partition}: {report.LostOffsets} offsets are lost.{mended}");
    }
}
