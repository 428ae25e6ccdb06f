namespace StreamLog.Benchmarks.Load;

/// <summary>Runs scenarios round by round, so that what disturbs the machine disturbs all of them.</summary>
internal static class LoadRunner
{
    public static async Task<IReadOnlyList<ScenarioResult>> RunAsync(
        IReadOnlyList<Scenario> scenarios, int rounds, string directory)
    {
        List<Measurement>[] results = [.. scenarios.Select(_ => new List<Measurement>())];
        string[] prepared = new string[scenarios.Count];
        try
        {
            for (int i = 0; i < scenarios.Count; i++)
            {
                if (scenarios[i].PrepareAsync is { } prepare)
                    await prepare(prepared[i] = CreateDirectory(directory));
            }

            // Round zero warms the code up and is not counted.
            for (int round = 0; round <= rounds; round++)
            {
                for (int i = 0; i < scenarios.Count; i++)
                {
                    Measurement measurement = await RunAsync(scenarios[i], prepared[i], directory);
                    Console.Error.WriteLine(
                        $"round {round}/{rounds}  {scenarios[i].Group}: {scenarios[i].Name}: " +
                        $"{measurement.PerSecond:N0}/s, {measurement.AllocatedPerOperation:0.##} B each");
                    if (round > 0)
                        results[i].Add(measurement);
                }
            }
        }
        finally
        {
            foreach (string created in prepared)
                Delete(created);
        }

        return [.. scenarios.Select((scenario, i) => ScenarioResult.Of(scenario, results[i]))];
    }

    /// <summary>Runs one scenario once.</summary>
    public static async Task<Measurement> RunAsync(Scenario scenario, string? prepared, string directory)
    {
        if (prepared is not null)
            return await scenario.RunAsync(prepared);

        string own = CreateDirectory(directory);
        try
        {
            return await scenario.RunAsync(own);
        }
        finally
        {
            Delete(own);
        }
    }

    // After a failure a node may still be at work in it, and the failure is what is to be seen.
    private static void Delete(string? directory)
    {
        try
        {
            if (directory is not null)
                Directory.Delete(directory, recursive: true);
        }
        catch (IOException error)
        {
            Console.Error.WriteLine($"{directory} is left behind: {error.Message}");
        }
    }

    private static string CreateDirectory(string parent) =>
        Directory.CreateDirectory(Path.Combine(parent, $"streamlog-bench-{Guid.NewGuid():N}")).FullName;
}
