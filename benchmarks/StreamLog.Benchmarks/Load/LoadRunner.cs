namespace StreamLog.Benchmarks.Load;

/// <summary>Runs scenarios round by round, so that what disturbs the machine disturbs all of them.</summary>
internal static class LoadRunner
{
    public static async Task<IReadOnlyList<(Scenario Scenario, IReadOnlyList<Measurement> Rounds)>> RunAsync(
        IReadOnlyList<Scenario> scenarios, int rounds, string directory)
    {
        List<Measurement>[] results = [.. scenarios.Select(_ => new List<Measurement>())];

        // Round zero warms the code up and is not counted.
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < scenarios.Count; i++)
            {
                Scenario scenario = scenarios[i];
                string own = Path.Combine(directory, $"streamlog-bench-{Guid.NewGuid():N}");
                Directory.CreateDirectory(own);
                try
                {
                    Measurement measurement = await scenario.RunAsync(own);
                    Console.Error.WriteLine(
                        $"round {round}/{rounds}  {scenario.Group}: {scenario.Name}: {measurement.PerSecond:N0}/s");
                    if (round > 0)
                        results[i].Add(measurement);
                }
                finally
                {
                    Directory.Delete(own, recursive: true);
                }
            }
        }

        return [.. scenarios.Select((scenario, i) => (scenario, (IReadOnlyList<Measurement>)results[i]))];
    }
}
