namespace StreamLog.Clients.Handling;

/// <summary>How much of one partition is handled at a time.</summary>
/// <param name="Concurrency">The most lanes that run at a time.</param>
/// <param name="Prefetch">The most records that are accepted and not done.</param>
/// <param name="Window">The most records, done or not, from the oldest one on that is not done: so many at most come
/// again after a restart.</param>
/// <param name="BatchSize">The most records that are handled together.</param>
internal sealed record LaneLimits(int Concurrency, int Prefetch, int Window, int BatchSize);
