using StreamLog.Protocol;
using StreamLog.Replication;
using StreamLog.Simulation;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

/// <summary>What <c>flush.messages</c>, <c>flush.ms</c>, <c>segment.jitter.ms</c> and <c>preallocate</c> do.</summary>
public sealed class FlushSettingsTests
{
    private static readonly LogConfig PageCache = new() { Durability = Durability.PageCache };

    [Fact]
    public void Records_are_flushed_when_there_are_as_many_as_the_topic_says()
    {
        (LogHarness log, ReplicatedPartition partition) = Lead(PageCache with { FlushMessages = 3 });

        Append(partition, "a", "b");
        Assert.Equal(0, log.Log.DurableOffset);
        Append(partition, "c");

        Assert.Equal(3, log.Log.DurableOffset);
    }

    [Fact]
    public void Records_are_flushed_after_the_time_that_the_topic_says()
    {
        (LogHarness log, ReplicatedPartition partition) = Lead(PageCache with { FlushMs = 100 });

        Append(partition, "a");
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(60));
        Append(partition, "b");
        Assert.Equal(0, log.Log.DurableOffset);
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(40));
        Assert.Equal(2, log.Log.DurableOffset);

        Append(partition, "c");
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(3, log.Log.DurableOffset);
    }

    [Fact]
    public void With_a_time_of_zero_each_append_is_flushed()
    {
        (LogHarness log, ReplicatedPartition partition) = Lead(PageCache with { FlushMs = 0 });

        Append(partition, "a");

        Assert.Equal(1, log.Log.DurableOffset);
    }

    [Fact]
    public void A_time_that_is_changed_holds_from_the_next_append_on()
    {
        (LogHarness log, ReplicatedPartition partition) = Lead(PageCache);

        Append(partition, "a");
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(0, log.Log.DurableOffset);
        partition.Configure(PageCache with { FlushMs = 100 }, Durability.PageCache, 1);
        Append(partition, "b");
        log.Environment.Time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(2, log.Log.DurableOffset);
    }

    [Fact]
    public void Segments_close_early_by_a_part_of_the_jitter_and_not_all_by_the_same()
    {
        HashSet<long> lives = [];
        LogHarness log = new(
            new SimulatedDisk(), new LogConfig { SegmentMs = 10_000, SegmentJitterMs = 5_000 });
        long now = 0;
        long begun = 0;
        for (int segments = 1; segments < 20; now += 50)
        {
            log.AppendAt(now, "a");
            if (log.Log.Segments.Count == segments)
                continue;
            lives.Add(now - begun);
            begun = now;
            segments++;
        }

        Assert.All(lives, life => Assert.InRange(life, 5_000, 10_100));
        Assert.True(lives.Count > 5);
    }

    [Fact]
    public void A_compacted_topics_segments_close_in_time_to_be_compacted()
    {
        LogHarness log = new(
            new SimulatedDisk(), new LogConfig { IsCompacted = true, SegmentMs = 10_000, MaxCompactionLagMs = 1_000 });

        log.AppendAt(0, "a");
        log.AppendAt(1_000, "b");
        Assert.Single(log.Log.Segments);
        log.AppendAt(1_001, "c");

        Assert.Equal(2, log.Log.Segments.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Space_is_set_aside_for_a_whole_segment_where_the_topic_asks_for_it(bool preallocate)
    {
        HookedFiles files = new(new SimulatedDisk());
        LogHarness log = new(files, new LogConfig { SegmentBytes = 100, Preallocate = preallocate });

        log.Append("a");
        log.Append("b");

        foreach (long baseOffset in new[] { 0, 1 })
        {
            string path = LogFileNames.PathOf("/data/orders-0", baseOffset, LogFileNames.Log);
            Assert.Equal(preallocate, files.Preallocated[path] == 100);
        }
    }

    private static (LogHarness Log, ReplicatedPartition Partition) Lead(LogConfig config)
    {
        LogHarness log = new(new SimulatedDisk(), config);
        ReplicatedPartition partition = new(log.Log, config.Durability, minInSyncReplicas: 1);
        partition.BecomeLeader(0);
        return (log, partition);
    }

    private static void Append(ReplicatedPartition partition, params string[] values)
    {
        using RecordBuffer batch = LogHarness.Batch(values);
        Assert.True(partition.Append(batch, AppendOrigin.Client).IsSuccess);
        partition.Announce();
    }
}
