using FsCheck;
using FsCheck.Fluent;
using StreamLog.Clients.Consuming;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class PartitionProgressTests
{
    // Goal: the offset to commit never passes a record that is not done, and reaches the end once all are.
    // Method: random gaps between offsets and a random order of handing out and completing, against the definition
    // itself.
    [Fact]
    public void The_commit_never_passes_a_record_that_is_not_done() =>
        Prop.ForAll(ArbMap.Default.GeneratorFor<(byte Gap, bool Completes, int Which)[]>().ToArbitrary(), Holds)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_is_committed_before_a_record_is_done()
    {
        PartitionProgress progress = new();
        Assert.False(progress.TryGetCommit(out _));

        progress.Begin(10);
        Assert.False(progress.TryGetCommit(out _));
        progress.Complete(10);

        Assert.True(progress.TryGetCommit(out long offset));
        Assert.Equal(11, offset);
        progress.Committed(11);
        Assert.False(progress.TryGetCommit(out _));
    }

    [Fact]
    public void What_is_completed_twice_or_was_never_handed_out_changes_nothing()
    {
        PartitionProgress progress = new();
        progress.Begin(1);
        progress.Begin(2);

        Assert.False(progress.Complete(0));
        Assert.False(progress.Complete(2));
        Assert.False(progress.Complete(2));
        Assert.False(progress.Complete(7));
        Assert.True(progress.Complete(1));
        Assert.False(progress.Complete(1));
    }

    [Fact]
    public void What_holds_no_records_is_passed_once_all_before_it_is_done()
    {
        PartitionProgress progress = new();
        Assert.False(progress.Skip(5));
        Assert.False(progress.TryGetCommit(out _));

        progress.Begin(5);
        Assert.False(progress.Skip(9));
        Assert.False(progress.TryGetCommit(out _));
        Assert.True(progress.Complete(5));
        Assert.True(progress.TryGetCommit(out long offset));
        Assert.Equal(9, offset);
        progress.Committed(9);
        Assert.False(progress.Skip(9));
        Assert.True(progress.Skip(10));
        progress.Begin(12);
        Assert.True(progress.TryGetCommit(out offset));
        Assert.Equal(12, offset);
    }

    [Fact]
    public void Completing_up_to_a_record_completes_those_before()
    {
        PartitionProgress progress = new();
        for (int i = 0; i < 200; i++)
            progress.Begin(i * 2);

        progress.CompleteUpTo(100);

        Assert.True(progress.TryGetCommit(out long offset));
        Assert.Equal(102, offset);
    }

    private static bool Holds((byte Gap, bool Completes, int Which)[] steps)
    {
        PartitionProgress progress = new();
        SortedSet<long> open = [];
        long next = 0;
        long first = -1;
        foreach ((byte gap, bool completes, int which) in steps)
        {
            if (completes && open.Count > 0)
            {
                long done = open.ElementAt((int)((uint)which % (uint)open.Count));
                open.Remove(done);
                progress.Complete(done);
            }
            else
            {
                long offset = next + (gap % 5);
                first = first < 0 ? offset : first;
                next = offset + 1;
                open.Add(offset);
                progress.Begin(offset);
            }

            long expected = open.Count > 0 ? open.Min : next;
            bool isThere = progress.TryGetCommit(out long commit);
            if (isThere != (first >= 0 && expected > first) || (isThere && commit != expected))
                return false;
        }

        return true;
    }
}
