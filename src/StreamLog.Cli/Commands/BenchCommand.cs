using System.CommandLine;

namespace StreamLog.Cli.Commands;

/// <summary><c>streamlog bench</c>: how fast a log is, here and as it is set up.</summary>
internal static class BenchCommand
{
    public static Command Create(Shell shell, GlobalOptions globals) =>
        new ExampleCommand("bench", "Measure how fast records go in and out.")
        {
            BenchProduceCommand.Create(shell, globals),
            BenchConsumeCommand.Create(shell, globals),
        };
}
