using System.Text;

namespace StreamLog.Cli;

/// <summary>What a command has of the world around the process: its streams, and the time.</summary>
/// <remarks>Owned by who runs the tool. Commands write from one thread at a time.</remarks>
internal sealed class Shell : IDisposable
{
    /// <summary>Creates a shell.</summary>
    /// <param name="input">What is piped or typed in. The shell does not dispose it.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="errors">Where everything goes that is not a result.</param>
    public Shell(Stream input, Stream output, TextWriter errors)
    {
        Input = input;
        OutputBytes = output;
        Output = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        Errors = errors;
    }

    public Stream Input { get; }

    /// <summary>Gets the stream below <see cref="Output"/>, for what is not text. Flush the one before the
    /// other.</summary>
    public Stream OutputBytes { get; }

    /// <summary>Gets where results go. It is buffered: a command flushes it where somebody may be watching.</summary>
    public TextWriter Output { get; }

    public TextWriter Errors { get; }

    /// <summary>Gets whether a person sees <see cref="Errors"/>, so that progress may be drawn there.</summary>
    public bool HasTerminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public void Dispose() => Output.Dispose();
}
