using StreamLog.Clients.Consuming;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class CompletionTrackerTests
{
    private static readonly TopicPartition Orders = new("orders", 0);

    [Fact]
    public void A_record_of_a_topic_that_was_created_anew_is_not_done_by_an_old_one()
    {
        int advances = 0;
        CompletionTracker tracker = new(() => advances++);
        IRecordCompletion[] old = [.. Enumerable.Range(0, 3).Select(offset => tracker.Begin(Orders, offset))];
        IRecordCompletion anew = tracker.Begin(Orders, 0);

        // They were at work all the while, and come to their end now.
        for (int offset = 0; offset < 3; offset++)
            old[offset].Complete(new LogPosition("orders", 0, offset));
        Assert.Empty(tracker.ToCommit());

        advances = 0;
        anew.Complete(new LogPosition("orders", 0, 0));
        Assert.Equal(1, advances);
        Assert.Equal(1, tracker.ToCommit()[Orders].Offset);
    }

    [Fact]
    public void What_is_read_on_and_on_is_one_stretch()
    {
        CompletionTracker tracker = new(static () => { });
        IRecordCompletion first = tracker.Begin(Orders, 4);
        IRecordCompletion second = tracker.Begin(Orders, 9);

        second.Complete(new LogPosition("orders", 0, 9));
        Assert.Empty(tracker.ToCommit());
        first.Complete(new LogPosition("orders", 0, 4));
        Assert.Equal(10, tracker.ToCommit()[Orders].Offset);
    }
}
