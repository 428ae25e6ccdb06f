using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Gates;

/// <summary>Measures gates.</summary>
internal static class GateRunner
{
    /// <summary>Runs a gate a few times and takes the least. A first run, which compiles the code, does not
    /// count.</summary>
    /// <param name="gate">What to run.</param>
    /// <param name="rounds">How often at most.</param>
    /// <param name="enough">A figure that need not be undercut.</param>
    /// <param name="directory">Where it puts its files.</param>
    /// <remarks>What an operation costs, it costs in every run. What comes on top in some, as pools that grow to a peak
    /// of what is under way, hangs on how busy the machine is.</remarks>
    public static async Task<double> MeasureAsync(Gate gate, int rounds, double enough, string directory)
    {
        double least = double.MaxValue;
        for (int round = 0; round <= rounds && !(least <= enough); round++)
        {
            Measurement measured = await LoadRunner.RunAsync(
                new Scenario("gates", gate.Name, false, gate.RunAsync), prepared: null, directory);
            if (round > 0)
                least = Math.Min(least, measured.AllocatedPerOperation);
        }

        return least;
    }
}
