namespace StreamLog.Clients.Consuming;

/// <summary>Tells others where a consumer's reader is: whether it has a record in its hands, and whether it still
/// comes for more.</summary>
/// <remarks>
/// The reader alone moves it, at the cost of a plain write a record; the barrier that this needs is on the side of who
/// asks, which is seldom. One asks at a time. Thread-safe otherwise.
/// </remarks>
internal sealed class ReaderTurn
{
    // Nobody reads; the reader waits for records; it waits for more of a list; it reads, or handles what it has read.
    private const int Away = 0;
    private const int Waiting = 1;
    private const int Filling = 2;
    private const int Busy = 3;

    private int _place;
    private long _passes;
    private TaskCompletionSource? _boundary;

    /// <summary>Gets whether somebody waits for the reader to have nothing in its hands.</summary>
    public bool IsAsked => Volatile.Read(ref _boundary) is not null;

    /// <summary>Gets whether the reader waits for records, which is all that can be asked of it.</summary>
    public bool IsWaiting => Volatile.Read(ref _place) is Waiting or Filling;

    /// <summary>Gets how often the reader has come for more.</summary>
    public long Passes => Volatile.Read(ref _passes);

    /// <summary>The reader has nothing in its hands, and comes for more.</summary>
    public void Pass()
    {
        Volatile.Write(ref _passes, _passes + 1);
        Tell();
        Volatile.Write(ref _place, Busy);
    }

    /// <summary>The reader waits for records.</summary>
    /// <param name="hasRecords">Whether it has some of a list already.</param>
    public void Wait(bool hasRecords)
    {
        Volatile.Write(ref _place, hasRecords ? Filling : Waiting);
        if (!hasRecords)
            Tell();
    }

    /// <summary>The reader looks for records after a wait.</summary>
    public void Look() => Volatile.Write(ref _place, Busy);

    /// <summary>The reader has gone.</summary>
    public void Leave()
    {
        Volatile.Write(ref _place, Away);
        Tell();
    }

    /// <summary>Waits until the reader has had nothing in its hands. What it takes after that it takes with the
    /// knowledge of everything that was written before this call.</summary>
    /// <returns>A task that completes then.</returns>
    public Task BoundaryAsync()
    {
        TaskCompletionSource boundary = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _boundary, boundary);

        // Either the reader sees what was asked, or its place is seen here.
        Interlocked.MemoryBarrierProcessWide();
        if (Volatile.Read(ref _place) is Away or Waiting)
            Tell();
        return boundary.Task;
    }

    /// <summary>Waits until the reader has come for more, or has gone.</summary>
    /// <returns>A task that completes then.</returns>
    public Task ReturnAsync()
    {
        TaskCompletionSource boundary = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _boundary, boundary);
        Interlocked.MemoryBarrierProcessWide();
        return boundary.Task;
    }

    private void Tell()
    {
        if (Volatile.Read(ref _boundary) is not null)
            Interlocked.Exchange(ref _boundary, null)?.TrySetResult();
    }
}
