using StreamLog.Diagnostics;
using Xunit;

namespace StreamLog.Tests.Diagnostics;

/// <summary>Where nobody listens, counting and tracing allocate nothing.</summary>
public sealed class UnlistenedTests
{
    [Fact]
    public void Counting_that_nobody_listens_to_allocates_nothing()
    {
        using StreamLogMetrics metrics = StreamLogMetrics.Create(factory: null, "unlistened");
        Count(metrics, 100); // What is made once is made.

        long before = GC.GetAllocatedBytesForCurrentThread();
        Count(metrics, 10_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.False(metrics.Clients.CountsSent || metrics.Clients.CountsConsumed);
        Assert.False(metrics.Clients.MeasuresOperations || metrics.Clients.MeasuresProcessing);
        Assert.False(metrics.Storage.MeasuresFlushes || metrics.Requests.MeasuresRequests);
    }

    [Fact]
    public void Tracing_that_nobody_listens_to_is_not_begun()
    {
        using StreamLogTracing tracing = new("unlistened");

        Assert.False(tracing.IsListened);
        Assert.Null(tracing.StartSend("orders", 1));
    }

    private static void Count(StreamLogMetrics metrics, int times)
    {
        for (int i = 0; i < times; i++)
        {
            metrics.Storage.Appended("orders", 100, 1);
            metrics.Storage.Read(100, isFromMemory: true);
            metrics.Storage.Rolled();
            metrics.Storage.WentOffline("orders");
            metrics.Clients.Rebalanced("billing", TimeSpan.FromSeconds(1));
            metrics.Clients.LostPartitions("billing");
            metrics.Maintenance.Deleted("orders", 1, 100, "time");
            metrics.Maintenance.Scrubbed(100);
            metrics.Maintenance.Compacted("orders", TimeSpan.FromSeconds(1), 100, 1);
        }
    }
}
