using System.CommandLine;
using Spectre.Console;
using StreamLog.Cli.Output;
using StreamLog.Cli.Targets;
using StreamLog.Cli.Verification;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog verify</c>: whether a data directory is what was written.</summary>
internal static class VerifyCommand
{
    public static Command Create(Shell shell, GlobalOptions globals)
    {
        Argument<string> directory = new("dir") { Description = "The data directory." };
        Option<bool> isDeep = new("--records", "-r")
        {
            Description = "Decompress and read every record too, and not only the checksums of batches.",
        };
        ExampleCommand command = new(
            "verify",
            """
            Read through a whole data directory, and say what is damaged and what to do about it.

            It reads and never writes. The directory's node must be stopped, and cannot start meanwhile.
            What the next start mends by itself is said too, and is no damage.
            Exit code 0: nothing is damaged; 3: something is.
            """,
            "streamlog verify ./data",
            "streamlog verify ./data --records --json | jq '.findings[] | select(.isDamage)'")
        {
            directory,
            isDeep,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(directory);
            if (DataDirectory.FindNodeId(path) is null)
                throw new CommandFailure($"There is no log in '{path}': it has no {DataDirectory.IdentityFileName}.");
            using IDisposable held = ReadOnlyDisk.TryLock(Path.Combine(path, "streamlog.lock")) ??
                throw new CommandFailure(
                    $"A node has '{path}' open. Stop it, or have it read through its segments itself "
                    + "(IStreamLog.Maintenance.ScrubAsync).");
            DirectoryVerification verification = new(path) { IsDeep = parsed.GetValue(isDeep) };
            // Off this thread, so that Ctrl-C and the progress bar do not wait for the disk.
            IReadOnlyList<Finding> findings = await Task.Run(
                () => RunWithProgress(verification, shell, cancellationToken), cancellationToken).ConfigureAwait(false);
            Write(shell.Output, verification, findings, parsed.GetValue(globals.Json));
            return findings.Any(finding => finding.IsDamage) ? ExitCodes.Damaged : ExitCodes.Success;
        });
        return command;
    }

    private static IReadOnlyList<Finding> RunWithProgress(
        DirectoryVerification verification, Shell shell, CancellationToken cancellationToken)
    {
        if (!shell.HasTerminal)
            return verification.Run((_, _) => { }, cancellationToken);

        IAnsiConsole console =
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(shell.Errors) });
        return console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask("Reading segments");
                return verification.Run(
                    (read, all) =>
                    {
                        task.MaxValue = all;
                        task.Value = read;
                    },
                    cancellationToken);
            });
    }

    private static void Write(
        TextWriter output, DirectoryVerification verification, IReadOnlyList<Finding> findings, bool isJson)
    {
        int damaged = findings.Count(finding => finding.IsDamage);
        if (isJson)
        {
            Json.WriteDocument(output, new
            {
                partitions = verification.PartitionCount,
                bytes = verification.BytesRead,
                damaged,
                findings,
            });
            return;
        }

        foreach (Finding finding in findings.OrderByDescending(finding => finding.IsDamage))
        {
            string weight = finding.IsDamage ? "DAMAGED" : "note";
            output.WriteLine($"{weight}  {finding.File} at byte {finding.Position}: {finding.Text}.");
            output.WriteLine($"         {finding.Remedy}");
        }

        output.WriteLine(
            $"Read {verification.PartitionCount} partitions, {Quantities.FormatBytes(verification.BytesRead)}: "
            + (damaged == 0 ? "nothing is damaged." : $"{damaged} places are damaged."));
    }
}
