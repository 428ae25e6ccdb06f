using System.Runtime.InteropServices;
using System.Text.Json;

namespace StreamLog.Benchmarks.Load;

/// <summary>One run of <c>load</c>: what stands in its JSON, and what <c>docs/performance.md</c> is written
/// from.</summary>
internal sealed record LoadResults(
    string Command,
    string Runtime,
    string System,
    string Processor,
    int Processors,
    int Rounds,
    IReadOnlyList<ScenarioResult> Scenarios)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static LoadResults Of(string command, int rounds, IReadOnlyList<ScenarioResult> scenarios) => new(
        command,
        RuntimeInformation.FrameworkDescription,
        OperatingSystem.IsLinux() ? "Linux " + RuntimeInformation.OSArchitecture : RuntimeInformation.OSDescription,
        ProcessorName(),
        Environment.ProcessorCount,
        rounds,
        scenarios);

    public static LoadResults Read(string path) =>
        JsonSerializer.Deserialize<LoadResults>(File.ReadAllText(path), Json)
        ?? throw new InvalidDataException($"{path} holds no results.");

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>Takes newer figures in place of the groups that these hold, for groups that were run again.</summary>
    public LoadResults With(LoadResults newer)
    {
        HashSet<string> groups = [.. newer.Scenarios.Select(scenario => scenario.Group)];
        List<ScenarioResult> all = [.. Scenarios.Where(scenario => !groups.Contains(scenario.Group))];
        all.AddRange(newer.Scenarios);
        return newer with { Scenarios = all, Command = Command };
    }

    private static string ProcessorName()
    {
        const string Path = "/proc/cpuinfo";
        IEnumerable<string> lines = File.Exists(Path) ? File.ReadLines(Path) : [];
        string? line = lines.FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
