using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Goal: a test that lets virtual time pass is not held up by others that do, as they all stand in the thread
/// pool's queue in turns. Method: more of them at once than the pool has threads.</summary>
public sealed class VirtualTimeTests
{
    [Fact]
    public async Task Time_passes_for_many_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(async _ =>
        {
            SimulatedEnvironment environment = new();
            await environment.RunAsync(Task.Delay(TimeSpan.FromSeconds(1), environment.Time));
        })).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
