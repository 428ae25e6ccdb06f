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

    public required DiskReserve Reserve { get; init; }

    public required FlushLoop Flushes { get; init; }

    public required TailBudget Tails { get; init; }

    public required RecoveryTracker Recovery { get; init; }

    public required SegmentDeletion Deletions { get; init; }

    /// <summary>Gets how soon the directory flushes what nobody asked for.</summary>
    public long FlushIntervalMs => (long)Settings.FlushInterval.TotalMilliseconds;

    public required ILogger Logger { get; init; }

    public required StreamLogMetrics Metrics { get; init; }

    /// <summary>Gets the directories of the partitions.</summary>
    public required PartitionDirectories Directories { get; init; }

    /// <summary>Gets what takes the whole directory offline: its metadata could not be flushed.</summary>
    public required Action<Exception> FailDirectory { get; init; }

    /// <summary>Gets what gives random numbers, from zero up to and without the one given.</summary>
    public required Func<int, int> NextRandom { get; init; }

    /// <summary>Draws by how much the life of a new segment is shortened, where the topic wants that.</summary>
    public long NextRollJitterMs(LogConfig config)
    {
        long max = Math.Min(config.SegmentJitterMs, config.SegmentMs);
        return max <= 0 ? 0 : NextRandom((int)Math.Min(max, int.MaxValue));
    }

    public long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
}
