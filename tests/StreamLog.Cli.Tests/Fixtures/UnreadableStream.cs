namespace StreamLog.Cli.Tests.Fixtures;

/// <summary>A stream that nobody may read from.</summary>
internal sealed class UnreadableStream : MemoryStream
{
    public override int Read(byte[] buffer, int offset, int count) =>
        throw new InvalidOperationException("The input was read.");
}
