namespace StreamLog.Cli.Files;

/// <summary>An entry of a <c>leader-epoch-checkpoint</c>.</summary>
/// <param name="Epoch">The leader epoch.</param>
/// <param name="StartOffset">Its first offset.</param>
internal sealed record EpochEntry(int Epoch, long StartOffset);
