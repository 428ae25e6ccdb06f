namespace StreamLog.Cli.Files;

/// <summary>An entry of a <c>.txnindex</c>: a transaction that was aborted.</summary>
/// <param name="ProducerId">Whose it was.</param>
/// <param name="FirstOffset">Where it began.</param>
/// <param name="LastOffset">Where its marker is.</param>
/// <param name="LastStableOffset">Up to where everything was decided then.</param>
internal sealed record AbortedEntry(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset);
