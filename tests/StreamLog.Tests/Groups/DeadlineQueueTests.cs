using StreamLog.Coordinators;
using Xunit;

namespace StreamLog.Tests.Groups;

public sealed class DeadlineQueueTests
{
    [Fact]
    public void A_deadline_is_taken_when_it_has_come_and_not_when_it_was_moved_or_taken_away()
    {
        DeadlineQueue<string> queue = new(StringComparer.Ordinal);
        Assert.Equal(long.MaxValue, queue.Next);
        queue.Set("a", 10);
        queue.Set("b", 20);
        queue.Set("a", 30);
        queue.Set("c", 15);
        queue.Remove("c");

        Assert.False(queue.TryTakeDue(19, out _));
        Assert.Equal(20, queue.Next);
        Assert.True(queue.TryTakeDue(30, out string? first));
        Assert.True(queue.TryTakeDue(30, out string? second));
        Assert.Equal(("b", "a"), (first, second));
        Assert.False(queue.TryTakeDue(long.MaxValue - 1, out _));
    }

    [Fact]
    public void It_agrees_with_a_plain_table_under_random_use()
    {
        Random random = new(42);
        DeadlineQueue<int> queue = new(EqualityComparer<int>.Default);
        Dictionary<int, long> model = [];
        for (long now = 0; now < 20_000; now++)
        {
            int key = random.Next(50);
            switch (random.Next(4))
            {
                case 0:
                    queue.Remove(key);
                    model.Remove(key);
                    break;
                case 1:
                    queue.Set(key, long.MaxValue);
                    model.Remove(key);
                    break;
                default:
                    long due = now + random.Next(200);
                    queue.Set(key, due);
                    model[key] = due;
                    break;
            }

            Assert.True(model.Count == 0 || queue.Next <= model.Values.Min());
            HashSet<int> taken = [];
            while (queue.TryTakeDue(now, out int dueKey))
                Assert.True(taken.Add(dueKey));
            Assert.Equal(model.Where(pair => pair.Value <= now).Select(pair => pair.Key).Order(), taken.Order());
            foreach (int gone in taken)
                model.Remove(gone);
        }
    }
}
