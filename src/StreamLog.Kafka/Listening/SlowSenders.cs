using StreamLog.Kafka.Sockets;

namespace StreamLog.Kafka.Listening;

/// <summary>Looks for connections that hold memory for requests that hardly come, as long as others wait for
/// it.</summary>
/// <remarks>While nobody waits, a request may be as slow as its client's network. Thread-safe.</remarks>
internal sealed class SlowSenders : IDisposable
{
    /// <summary>How long a request may take whatever its size, and how long others wait before anybody is
    /// closed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>How fast a request has to come beyond that. A megabyte takes sixteen seconds then.</summary>
    public const long BytesPerSecondMin = 64 * 1024;

    private readonly ByteGate _memory;
    private readonly Action _close;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private bool _isLooking;

    /// <summary>Begins to look whenever somebody has to wait.</summary>
    /// <param name="memory">What they wait for.</param>
    /// <param name="close">Closes those who are slow.</param>
    /// <param name="time">The clock.</param>
    public SlowSenders(ByteGate memory, Action close, TimeProvider time)
    {
        _memory = memory;
        _close = close;
        _timer = time.CreateTimer(
            static senders => ((SlowSenders)senders!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        memory.Crowded = () => Turn(isOn: true);
    }

    /// <summary>Looks no more.</summary>
    public void Dispose()
    {
        _memory.Crowded = null;
        _timer.Dispose();
    }

    private void Look()
    {
        if (_memory.IsCrowded)
            _close();
        else
            Turn(isOn: false);

        // Who began to wait just now found it on still.
        if (_memory.IsCrowded)
            Turn(isOn: true);
    }

    private void Turn(bool isOn)
    {
        lock (_gate)
        {
            if (_isLooking == isOn)
                return;
            _isLooking = isOn;
            TimeSpan every = isOn ? Grace : Timeout.InfiniteTimeSpan;
            _timer.Change(every, every);
        }
    }
}
