using StreamLog.Storage;
using StreamLog.Storage.Compaction;
using Xunit;

namespace StreamLog.Tests.Storage.Compaction;

public sealed class CompactionRangeTests
{
    private const long Now = 1_000_000;

    private static readonly LogConfig Config = new() { IsCompacted = true };

    // Ten offsets and a hundred bytes each.
    private static readonly SegmentFacts[] Segments =
    [
        new(0, 10, 100, 24, Now - 4_000, Now - 4_500),
        new(10, 20, 100, 24, Now - 3_000, Now - 3_500),
        new(20, 30, 100, 24, Now - 2_000, Now - 2_500),
        new(30, 40, 100, 24, Now - 1_000, Now - 1_500),
    ];

    [Fact]
    public void Without_a_checkpoint_everything_is_dirty() =>
        Assert.Equal(new CompactionRange(0, 40, 0, 400, false), Find(null));

    [Fact]
    public void What_lies_below_the_checkpoint_is_clean()
    {
        CompactionRange range = Find(30);

        Assert.Equal(new CompactionRange(30, 40, 300, 100, false), range);
        Assert.Equal(0.25, range.DirtyRatio);
        Assert.False(range.IsWorth(Config));
        Assert.True(range.IsWorth(Config with { MinCleanableDirtyRatio = 0.2 }));
    }

    [Theory]
    [InlineData(41, 0)] // The log was cut below it.
    [InlineData(3, 5)] // The log was trimmed above it.
    public void A_checkpoint_from_outside_of_the_log_is_none(long checkpoint, long start) =>
        Assert.Equal(start, CompactionRange.Find(Segments, checkpoint, start, 40, Config, Now).FirstDirtyOffset);

    [Theory]
    [InlineData(40, 40)]
    [InlineData(39, 30)]
    [InlineData(30, 30)]
    [InlineData(0, 0)]
    public void The_segment_that_holds_the_stable_offset_is_left_alone(long stable, long expected) =>
        Assert.Equal(expected, CompactionRange.Find(Segments, null, 0, stable, Config, Now).EndOffset);

    [Theory]
    [InlineData(0, 40)]
    [InlineData(999, 40)]
    [InlineData(1_001, 30)]
    [InlineData(2_500, 20)]
    [InlineData(long.MaxValue, 0)]
    public void Young_segments_and_those_behind_them_are_left_alone(long lag, long expected) =>
        Assert.Equal(expected, Find(null, Config with { MinCompactionLagMs = lag }).EndOffset);

    [Fact]
    public void A_clean_segment_is_never_too_young() =>
        Assert.Equal(40, Find(40, Config with { MinCompactionLagMs = 100_000 }).EndOffset);

    [Theory]
    [InlineData(1_400, true)]
    [InlineData(1_600, false)]
    public void What_waits_too_long_is_worth_it_whatever_the_ratio(long lag, bool isWorth)
    {
        LogConfig config = Config with { MaxCompactionLagMs = lag };

        Assert.Equal(isWorth, Find(30, config).IsWorth(config));
    }

    [Fact]
    public void Nothing_dirty_is_worth_nothing() =>
        Assert.False(Find(40, Config with { MaxCompactionLagMs = 1 }).IsWorth(Config));

    [Theory]
    [InlineData(400, 1_000, new[] { 4 })]
    [InlineData(399, 1_000, new[] { 3, 1 })]
    [InlineData(100, 1_000, new[] { 1, 1, 1, 1 })]
    [InlineData(50, 1_000, new[] { 1, 1, 1, 1 })]
    [InlineData(400, 48, new[] { 2, 2 })]
    public void Neighbours_are_put_together_as_far_as_they_fit(long bytesMax, long indexBytesMax, int[] expected) =>
        Assert.Equal(expected, SegmentGroups.Group(Segments, bytesMax, indexBytesMax));

    [Fact]
    public void Offsets_of_a_group_stay_within_31_bits()
    {
        SegmentFacts[] far =
        [
            new(0, 10, 1, 1, -1, -1),
            new(10, int.MaxValue + 1L, 1, 1, -1, -1),
            new(int.MaxValue + 1L, int.MaxValue + 2L, 1, 1, -1, -1),
        ];

        Assert.Equal([2, 1], SegmentGroups.Group(far, 1_000, 1_000));
    }

    private static CompactionRange Find(long? checkpoint, LogConfig? config = null) =>
        CompactionRange.Find(Segments, checkpoint, 0, 40, config ?? Config, Now);
}
