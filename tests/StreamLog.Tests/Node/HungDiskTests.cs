using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a disk that never answers holds up no process that wants to end, however much waits for it, and what had been
// acknowledged before is there afterwards.
// Method: a simulated disk that holds flushes; the shutdown's time is the real one, kept short.
public sealed class HungDiskTests : NodeTest
{
    [Fact]
    public async Task A_stop_goes_on_without_a_disk_that_does_not_answer()
    {
        SimulatedEnvironment simulated = new();
        TrialEnvironment environment = new(simulated.Disk);
        StreamLogNode node = await StartAsync(environment, options =>
        {
            options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
            options.Topics.Add("orders", new TopicOptions { Partitions = 1 });
        });
        await node.Topic<string, string>("orders").AppendAsync("key", "before", Stop);
        simulated.Disk.HoldFlushes();
        Task<LogPosition> waiting = node.Topic<string, string>("orders").AppendAsync("key", "after", Stop).AsTask();
        Task creating = node.Admin.CreateTopicAsync("more", cancellationToken: Stop).AsTask();

        await node.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Stop);

        await Assert.ThrowsAnyAsync<Exception>(async () => await waiting);
        await Assert.ThrowsAnyAsync<Exception>(async () => await creating);
        await using (StreamLogNode again = await StartAsync(new TrialEnvironment(simulated.Disk.Crash())))
        {
            Assert.Equal("before", (await ReadValuesAsync(again.Topic<string, string>("orders")))[0]);
            await AssertStillWorksAsync(again);
        }

        // The disk answers at last, and what waited for it ends too.
        simulated.Disk.ReleaseFlushes();
    }
}
