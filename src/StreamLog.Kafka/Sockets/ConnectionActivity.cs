namespace StreamLog.Kafka.Sockets;

/// <summary>When something last moved on a connection, and whether it is in the middle of a request.</summary>
/// <remarks>Thread-safe: its connection writes, the listener's sweep reads.</remarks>
internal sealed class ConnectionActivity
{
    private readonly TimeProvider _time;
    private long _movedAt;
    private int _framesOpen;
    private long _bodyBeganAt;
    private long _bodyBytes;
    private volatile bool _isWithinBody;
    private volatile bool _isSending;

    /// <summary>Creates the activity of a connection that has just been accepted.</summary>
    /// <param name="time">The clock.</param>
    public ConnectionActivity(TimeProvider time)
    {
        _time = time;
        _movedAt = time.GetTimestamp();
    }

    /// <summary>Gets for how long nothing has moved.</summary>
    public TimeSpan Idle => _time.GetElapsedTime(Volatile.Read(ref _movedAt));

    /// <summary>Gets whether bytes of a request or of a handshake are still to come.</summary>
    public bool IsWithinFrame => Volatile.Read(ref _framesOpen) > 0;

    /// <summary>Gets or sets whether bytes of a response are still to go.</summary>
    public bool IsSending { get => _isSending; set => _isSending = value; }

    /// <summary>Notes that bytes have moved.</summary>
    public void Note() => Volatile.Write(ref _movedAt, _time.GetTimestamp());

    /// <summary>Tells whether a request comes more slowly than it may while others wait for memory.</summary>
    /// <param name="grace">How long it may take whatever its size.</param>
    /// <param name="bytesPerSecond">How fast it has to come beyond that.</param>
    /// <returns>Whether it does. Where none is coming it does not.</returns>
    public bool IsSlow(TimeSpan grace, long bytesPerSecond)
    {
        TimeSpan taken = _time.GetElapsedTime(Volatile.Read(ref _bodyBeganAt));
        return _isWithinBody && taken >= grace
            && Volatile.Read(ref _bodyBytes) < taken.TotalSeconds * bytesPerSecond;
    }

    /// <summary>Notes that the bytes of a request begin to come, and memory is held for them.</summary>
    public void BeginBody()
    {
        Volatile.Write(ref _bodyBytes, 0);
        Volatile.Write(ref _bodyBeganAt, _time.GetTimestamp());
        _isWithinBody = true;
        BeginFrame();
    }

    /// <summary>Notes that so many of them have come.</summary>
    /// <param name="bytes">How many.</param>
    public void NoteBody(int bytes)
    {
        Volatile.Write(ref _bodyBytes, _bodyBytes + bytes);
        Note();
    }

    /// <summary>Notes that all have come, or no more will.</summary>
    public void EndBody()
    {
        _isWithinBody = false;
        EndFrame();
    }

    /// <summary>Notes that a frame, or a handshake, begins.</summary>
    public void BeginFrame()
    {
        Note();
        Interlocked.Increment(ref _framesOpen);
    }

    /// <summary>Notes that it has ended.</summary>
    public void EndFrame()
    {
        Note();
        Interlocked.Decrement(ref _framesOpen);
    }
}
