using StreamLog.Clients.Producing;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

public sealed class RecordClockTests
{
    [Fact]
    public void A_clock_of_a_test_is_read_each_time()
    {
        SimulatedTime time = new();
        RecordClock clock = new(time);
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds(), clock.Read());
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public void Times_of_a_burst_lie_between_its_beginning_and_its_end()
    {
        // The coarse clock of the system moves on a hundred times a second, or oftener.
        const int CoarsestMs = 10;
        RecordClock clock = new(TimeProvider.System);
        long last = 0;
        for (int i = 0; i < 200_000; i++)
        {
            long before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            long read = clock.Read();
            long after = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            Assert.InRange(read, Math.Max(last, before - CoarsestMs), after);
            last = read;
        }
    }
}
