namespace StreamLog.Tests.Node;

/// <summary>The real time, but for a wall clock that somebody sets. Thread-safe.</summary>
internal sealed class JumpingTime : TimeProvider
{
    private long _offsetTicks;

    public override DateTimeOffset GetUtcNow() =>
        TimeProvider.System.GetUtcNow().AddTicks(Interlocked.Read(ref _offsetTicks));

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);
}
