using StreamLog.Simulation;
using StreamLog.Storage;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class ProducerStatesTests
{
    private readonly LogHarness _log = new(new InMemoryFileSystem(1 << 20));

    [Fact]
    public void A_batch_sent_twice_is_appended_once_and_answered_with_its_first_offsets()
    {
        _log.AppendIdempotent(1, 0, 0, "a", "b");
        _log.AppendIdempotent(1, 0, 2, "c");

        AppendResult again = _log.AppendIdempotent(1, 0, 0, "a", "b");

        Assert.True(again.IsDuplicate);
        Assert.Equal((0, 1), (again.BaseOffset, again.LastOffset));
        Assert.Equal(3, _log.Log.LogEndOffset);
    }

    [Fact]
    public void The_last_five_batches_are_known_again_and_no_earlier_ones()
    {
        for (int sequence = 0; sequence < 6; sequence++)
            _log.AppendIdempotent(1, 0, sequence, "a");

        for (int sequence = 1; sequence < 6; sequence++)
            Assert.True(_log.AppendIdempotent(1, 0, sequence, "a").IsDuplicate);
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, _log.AppendIdempotent(1, 0, 0, "a").ErrorCode);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_gap_in_the_sequence_is_refused(int sequence)
    {
        _log.AppendIdempotent(1, 0, 0, "a");

        AppendResult refused = _log.AppendIdempotent(1, 0, sequence, "b");

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, refused.ErrorCode);
        Assert.Contains("where 1 must follow", refused.Message);
        Assert.Equal(1, _log.Log.LogEndOffset);
    }

    [Fact]
    public void A_producer_that_nobody_knows_may_begin_anywhere() =>
        Assert.True(_log.AppendIdempotent(1, 3, 77, "a").IsSuccess);

    [Fact]
    public void A_new_epoch_begins_at_zero_and_fences_the_old_one()
    {
        _log.AppendIdempotent(1, 0, 0, "a");

        AppendResult notAtZero = _log.AppendIdempotent(1, 1, 1, "b");
        AppendResult atZero = _log.AppendIdempotent(1, 1, 0, "b");
        AppendResult fenced = _log.AppendIdempotent(1, 0, 1, "c");

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, notAtZero.ErrorCode);
        Assert.True(atZero.IsSuccess);
        Assert.Equal(ErrorCode.InvalidProducerEpoch, fenced.ErrorCode);
    }

    [Fact]
    public void The_sequence_goes_on_with_zero_after_its_largest_number()
    {
        _log.AppendIdempotent(1, 0, int.MaxValue - 1, "a", "b", "c");

        Assert.True(_log.AppendIdempotent(1, 0, 1, "d").IsSuccess);
        Assert.True(_log.AppendIdempotent(1, 0, int.MaxValue - 1, "a", "b", "c").IsDuplicate);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_five_batches_are_known_after_a_restart(bool isStopped)
    {
        SimulatedDisk disk = new();
        LogConfig small = new() { SegmentBytes = 250 };
        LogHarness before = new(disk, small);
        for (int sequence = 0; sequence < 12; sequence++)
            before.AppendIdempotent(1, 0, sequence, "a");
        before.Flush();
        if (isStopped)
            before.Stop();

        LogHarness after = new(disk.Crash(), small);

        for (int sequence = 7; sequence < 12; sequence++)
            Assert.Equal(sequence, after.AppendIdempotent(1, 0, sequence, "a").BaseOffset);
        Assert.Equal(12, after.Log.LogEndOffset);
        Assert.True(after.AppendIdempotent(1, 0, 12, "a").IsSuccess);
    }

    [Fact]
    public void What_was_cut_off_may_be_sent_again()
    {
        for (int sequence = 0; sequence < 4; sequence++)
            _log.AppendIdempotent(1, 0, sequence, "a");

        _log.Log.TruncateTo(2);

        Assert.Equal(2, _log.AppendIdempotent(1, 0, 2, "a").BaseOffset);
        Assert.True(_log.AppendIdempotent(1, 0, 1, "a").IsDuplicate);
    }

    [Fact]
    public void A_producer_that_was_silent_for_long_is_forgotten()
    {
        _log.AppendIdempotent(1, 0, 0, "a");

        _log.Environment.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(2));

        Assert.True(_log.AppendIdempotent(1, 0, 9, "b").IsSuccess);
    }
}
