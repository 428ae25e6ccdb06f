using System.Text.Json;

namespace StreamLog.Benchmarks.Gates;

/// <summary>The checked-in limits.</summary>
internal sealed record GateFile(IReadOnlyList<GateLimit> Gates)
{
    // What a limit leaves above what was measured: batches differ in size from run to run, and code is compiled again
    // in the background.
    private const double Slack = 1.3;
    private const double SlackBytes = 0.7;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static GateFile Read(string path) => File.Exists(path)
        ? JsonSerializer.Deserialize<GateFile>(File.ReadAllText(path), Json) ?? new GateFile([])
        : new GateFile([]);

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    public GateLimit? Find(string name) => Gates.FirstOrDefault(gate => gate.Name == name);

    /// <summary>Sets a gate's limit to what was measured now, and no higher than the target that it
    /// meets.</summary>
    public GateFile With(Gate gate, double measured)
    {
        double limit = Math.Round((measured * Slack) + SlackBytes, 2);
        if (measured <= gate.Target)
            limit = Math.Min(limit, gate.Target.Value);
        GateLimit line = new(gate.Name, Math.Round(measured, 2), limit);
        return new GateFile([.. Gates.Where(other => other.Name != gate.Name).Append(line).OrderBy(Order)]);

        static int Order(GateLimit line) =>
            AllGates.List().Select(gate => gate.Name).ToList().IndexOf(line.Name);
    }

    /// <summary>Lists the lines that belong to no gate.</summary>
    public IEnumerable<string> Strays(IEnumerable<Gate> gates)
    {
        HashSet<string> names = [.. gates.Select(gate => gate.Name)];
        return Gates.Select(gate => gate.Name).Where(name => !names.Contains(name));
    }
}
