using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Gates;

/// <summary>Measures gates.</summary>
internal static class GateRunner
{
    /// <summary>Runs a gate a few times and takes the median. A first run, which compiles the code, does not
    /// count.</summary>
    public static async Task<double> MeasureAsync(Gate gate, int rounds, string directory)
    {
        List<double> allocated = [];
        for (int round = 0; round <= rounds; round++)
        {
            Measurement measured = await LoadRunner.RunAsync(
                new Scenario("gates", gate.Name, false, gate.RunAsync), prepared: null, directory);
            if (round > 0)
                allocated.Add(measured.AllocatedPerOperation);
        }

        return Figures.Median(allocated);
    }
}
