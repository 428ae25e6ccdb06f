using System.Text;

namespace StreamLog.Cli.Tests.Fixtures;

/// <summary>A stream of which one can wait for what is written to it.</summary>
internal sealed class WatchedStream : MemoryStream
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _awaited;

    /// <summary>Gets what was written.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return Encoding.UTF8.GetString(ToArray());
        }
    }

    /// <summary>Waits until all that was written ends with a text.</summary>
    public Task Received(string text)
    {
        lock (_gate)
            _awaited = text;
        Look();
        return _received.Task;
    }

    // A derived MemoryStream brings every other way of writing here.
    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_gate)
            base.Write(buffer, offset, count);
        Look();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_awaited is not null && Encoding.UTF8.GetString(ToArray()).EndsWith(_awaited, StringComparison.Ordinal))
                _received.TrySetResult();
        }
    }
}
