namespace StreamLog.Cli.Tests.Fixtures;

/// <summary>A terminal: it gives what was typed, and then blocks whoever reads on.</summary>
internal sealed class EndlessStream(byte[] typed) : MemoryStream(typed)
{
    private readonly TaskCompletionSource _wasRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _isReleased = new();

    /// <summary>Gets what completes when all was given and somebody asks for more.</summary>
    public Task WasRead => _wasRead.Task;

    /// <summary>Lets go of the reader.</summary>
    public void Release() => _isReleased.Set();

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = base.Read(buffer, offset, count);
        if (read > 0)
            return read;
        _wasRead.TrySetResult();
        _isReleased.Wait(CancellationToken.None);
        return 0;
    }
}
