using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

// Goal: memory goes with what is used, not with what is there. Method: the indexes that a log holds while time passes.
public sealed class IdleIndexTests
{
    private static readonly LogDirectorySettings Settings = new() { NodeId = 1 };

    [Fact]
    public void Indexes_of_sealed_segments_are_given_back_when_nobody_uses_them()
    {
        SimulatedDisk disk = new();
        LogHarness log = new(disk, new LogConfig { SegmentBytes = 500, IndexIntervalBytes = 100 });
        for (int i = 0; i < 40; i++)
            log.Append($"value {i}");
        Assert.All(log.Log.State.Segments, segment => Assert.True(segment.HasIndexes));

        // What is not in its file yet stays.
        for (int turn = 0; turn < 3; turn++)
            log.Log.ForgetIdleIndexes();
        Assert.All(log.Log.State.Segments, segment => Assert.True(segment.HasIndexes));
        log.Flush();
        Pass(log, turns: 2);

        StreamLog.Storage.Segment[] segments = log.Log.State.Segments;
        Assert.True(segments.Length > 3);
        Assert.All(segments[..^1], segment => Assert.False(segment.HasIndexes));
        Assert.True(segments[^1].HasIndexes);
        Assert.Equal(40, log.ReadAll(maxBytes: 200).Count);
        Assert.Equal(0, log.Log.FindOffsetByTimestamp(1_000)!.Value.Offset);
        Assert.True(segments[0].HasIndexes);

        // Whoever uses them keeps them.
        Pass(log, turns: 1);
        Assert.True(segments[0].HasIndexes);
        Assert.Equal(0, log.Log.FindOffsetByTimestamp(1_000)!.Value.Offset);
        Pass(log, turns: 1);
        Assert.True(segments[0].HasIndexes);
        Pass(log, turns: 1);
        Assert.False(segments[0].HasIndexes);
    }

    private static void Pass(LogHarness log, int turns)
    {
        for (int turn = 0; turn < turns; turn++)
            log.Environment.Time.Advance(Settings.CheckpointInterval);
    }
}
