using System.CommandLine;
using StreamLog.Cli.Dumping;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog dump</c>: what stands in files.</summary>
internal static class DumpCommand
{
    public static Command Create(Shell shell, GlobalOptions globals)
    {
        Argument<string> path = new("path")
        {
            Description = "A file, or a directory: then all files in it and below it that are known.",
        };
        Option<bool> isDeep = new("--records", "-r")
        {
            Description = "Print the records within batches too. Those of StreamLog's own topics are decoded.",
        };
        ExampleCommand command = new(
            "dump",
            """
            Print what stands in segments, indexes, snapshots and checkpoints, and where they are damaged.

            It reads and never writes, and needs no node: what it is given may be a copy, or in use.
            Where bytes are damaged it goes on behind them, and ends with exit code 3.
            """,
            "streamlog dump ./data/orders-0/00000000000000000000.log --records",
            "streamlog dump ./data/orders-0",
            "streamlog dump ./data/__consumer_offsets-0 --records --json | jq .entry.decoded",
            "streamlog dump ./data/streamlog.flush-marks")
        {
            path,
            isDeep,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            string wanted = parsed.GetRequiredValue(path);
            DumpOutput output = new(shell.Output, parsed.GetValue(globals.Json));
            FileDump dump = new(output, parsed.GetValue(isDeep));
            if (ReadOnlyDisk.FileExists(wanted))
                dump.Dump(wanted, cancellationToken);
            else if (!ReadOnlyDisk.DirectoryExists(wanted))
                throw new CommandFailure($"There is no '{wanted}'.");
            else if (dump.DumpAll(wanted, cancellationToken) == 0)
                throw new CommandFailure($"In '{wanted}' there is no file that StreamLog or Kafka writes.");
            return Task.FromResult(output.FaultCount == 0 ? ExitCodes.Success : ExitCodes.Damaged);
        });
        return command;
    }
}
