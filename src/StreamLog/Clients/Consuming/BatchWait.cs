using StreamLog.Threading;

namespace StreamLog.Clients.Consuming;

/// <summary>How long a list of records waits to become full.</summary>
internal sealed class BatchWait
{
    private readonly FetchLoop _loop;
    private Deadline? _deadline;
    private bool _isOver;

    private BatchWait(FetchLoop loop) => _loop = loop;

    /// <summary>Gets whether it has waited long enough.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>Begins to wait.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="limit">How long.</param>
    /// <param name="loop">Whose reader is woken at the end.</param>
    /// <returns>The wait.</returns>
    public static BatchWait Start(TimeProvider time, TimeSpan limit, FetchLoop loop)
    {
        BatchWait wait = new(loop);
        wait._deadline = Deadline.Start(
            time, Durations.ForTimer(limit), static state => ((BatchWait)state!).End(), wait);
        return wait;
    }

    /// <summary>Waits no more.</summary>
    public void Stop() => _deadline?.TryCancel();

    private void End()
    {
        Volatile.Write(ref _isOver, true);
        _loop.WakeReader();
    }
}
