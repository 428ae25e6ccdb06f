using StreamLog.Protocol;
using StreamLog.Storage;
using Xunit;

namespace StreamLog.Tests.Storage;

public sealed class TailBudgetTests
{
    private readonly TailBudget _budget = new(10_000);

    [Fact]
    public void The_tail_that_was_appended_to_longest_ago_goes_first()
    {
        TailCache[] tails = [.. Enumerable.Range(0, 3).Select(_ => new TailCache(5_000, 16, _budget))];
        foreach (TailCache tail in tails)
            tail.Add(Bytes(3_000), 0, 1);
        tails[0].Add(Bytes(1_000), 1, 2);
        Assert.Equal((4_000, 3_000, 3_000), (tails[0].Bytes, tails[1].Bytes, tails[2].Bytes));

        tails[2].Add(Bytes(1_000), 1, 2);

        Assert.Equal((4_000, 0, 4_000), (tails[0].Bytes, tails[1].Bytes, tails[2].Bytes));
        Assert.Equal(8_000, _budget.Bytes);
        Array.ForEach(tails, tail => tail.Clear());
        Assert.Equal(0, _budget.Bytes);
    }

    // Arrays come in sizes, and a small batch may lie in a large one.
    [Fact]
    public void Memory_counts_and_not_the_bytes_of_batches()
    {
        TailCache tail = new(5_000, 16, _budget);
        RecordBuffer large = RecordBuffer.TakeOver(new byte[4_096], 1_000);
        tail.Add(large, 0, 1);
        Assert.Equal((4_096, 4_096), (tail.Bytes, _budget.Bytes));

        tail.Add(Bytes(1_000), 1, 2);

        Assert.Equal((1_000, 1_000), (tail.Bytes, _budget.Bytes));
        tail.Add(RecordBuffer.TakeOver(new byte[8_192], 1_000), 2, 3);
        Assert.Equal(0, _budget.Bytes);
    }

    [Fact]
    public void A_tail_that_has_gone_comes_back_with_the_next_append()
    {
        TailCache one = new(10_000, 16, _budget);
        TailCache other = new(10_000, 16, _budget);
        for (int i = 0; i < 5; i++)
        {
            one.Add(Bytes(9_000), i, i + 1);
            Assert.Equal((9_000, 0), (one.Bytes, other.Bytes));
            other.Add(Bytes(9_000), i, i + 1);
            Assert.Equal((0, 9_000), (one.Bytes, other.Bytes));
        }

        other.Clear();
        Assert.Equal(0, _budget.Bytes);
    }

    // Goal: whatever threads append, clear and give up at once, the count comes out right and within the bound.
    // Method: a thread for each tail, under a budget for less than all of them; then everything is cleared.
    [Fact]
    public void The_count_is_right_after_appends_of_many_threads()
    {
        TailCache[] tails = [.. Enumerable.Range(0, 4).Select(_ => new TailCache(4_000, 8, _budget))];
        Parallel.For(0, tails.Length, index =>
        {
            Random random = new(index);
            long offset = 0;
            for (int i = 0; i < 5_000; i++)
            {
                if (random.Next(50) == 0)
                    tails[index].Clear();
                tails[index].Add(Bytes(random.Next(1, 5_000)), offset, offset + 1);
                offset++;
            }
        });

        Assert.Equal(tails.Sum(tail => tail.Bytes), _budget.Bytes);
        Assert.InRange(_budget.Bytes, 0, 10_000);
        Array.ForEach(tails, tail => tail.Clear());
        Assert.Equal(0, _budget.Bytes);
    }

    private static RecordBuffer Bytes(int count) => RecordBuffer.Wrap(new byte[count]);
}
