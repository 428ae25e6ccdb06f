using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>What a directory lends to each of its logs.</summary>
internal sealed class LogServices
{
    public required HandleCache Files { get; init; }

    public required TimeProvider Time { get; init; }

    public required LogDirectorySettings Settings { get; init; }

    public required FlushMarks Marks { get; init; }

    public required DirectoryCheckpoints Checkpoints { get; init; }

    public required FlushLoop Flushes { get; init; }

    public required SegmentDeletion Deletions { get; init; }

    public required ILogger Logger { get; init; }

    public required StreamLogMetrics Metrics { get; init; }

    /// <summary>Gets what takes the whole directory offline: its metadata could not be flushed.</summary>
    public required Action<Exception> FailDirectory { get; init; }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
