using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Node;

// Goal: a node that is left alone for long keeps within its bounds, and keeps what it has promised. Method: an hour of
// virtual time with all that a node does by the clock (flushes, checkpoints, retention, compaction, scrubbing,
// snapshots of the metadata, deletion of files) on, and every few seconds some appends, commits, new and deleted
// topics, changed settings. What is there is held against a model each minute. Files, bytes, open handles, timers and
// memory are measured at half of the way, when all has come round, and must not have grown at the end.
public sealed class SoakTests : NodeTest
{
    private const int Minutes = 60;
    private const int Settled = 30;

    [Fact]
    public async Task An_hour_with_all_loops_on_stays_within_bounds()
    {
        long buffers = RecordBuffer.Outstanding;
        await using (SoakWorkload workload = await SoakWorkload.StartAsync())
        {
            SoakFootprint settled = default;
            for (int minute = 1; minute <= Minutes; minute++)
            {
                await workload.RunMinuteAsync(minute);
                await workload.CheckAsync();
                if (minute == Settled)
                    settled = workload.Measure();
            }

            SoakFootprint last = workload.Measure();
            TestContext.Current.SendDiagnosticMessage($"After {Settled} minutes {settled}, after {Minutes} {last}.");
            Assert.True(last.IsWithin(settled), $"After {Settled} minutes it was {settled}, after {Minutes} {last}.");
            workload.AssertLoopsRan();

            await workload.RestartAsync();
            await workload.CheckAsync();
        }

        Assert.True(
            RecordBuffer.Outstanding <= buffers + 64, $"{RecordBuffer.Outstanding - buffers} buffers were left.");
    }
}
