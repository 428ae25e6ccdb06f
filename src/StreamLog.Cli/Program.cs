using System.Runtime.InteropServices;
using StreamLog.Cli;

// The first signal lets the command end what it has under way; the second one ends the process as if there were no
// handler.
using CancellationTokenSource stop = new();
void Stop(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested)
        return;
    signal.Cancel = true;
    stop.Cancel();
}

using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using Stream input = Console.OpenStandardInput();
using Stream output = Console.OpenStandardOutput();
using Shell shell = new(input, output, Console.Error) { HasTerminal = !Console.IsErrorRedirected };
return await CommandLine.RunAsync(args, shell, stop.Token).ConfigureAwait(false);
