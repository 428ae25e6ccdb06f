using StreamLog.Benchmarks.Gates;

namespace StreamLog.Benchmarks.Commands;

/// <summary><c>gates [text in the name ...] [--file FILE] [--rounds N] [--directory DIR] [--update]</c>: measures what
/// is allocated and fails where it is more than the file allows. With <c>--update</c> it writes the file.</summary>
internal static class GatesCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        Arguments arguments = new(args, ["--file", "--rounds", "--directory"], ["--update"]);
        string path = arguments.Value("--file") ?? "benchmarks/gates.json";
        string directory = arguments.Value("--directory") ?? Path.GetTempPath();
        Gate[] gates = [.. AllGates.List().Where(gate => arguments.Wants(gate.Name))];
        GateFile file = GateFile.Read(path);

        int failed = 0;
        foreach (Gate gate in gates)
        {
            GateLimit? limit = file.Find(gate.Name);
            double enough = arguments.Has("--update") ? 0 : limit?.Limit ?? 0;
            double measured = await GateRunner.MeasureAsync(gate, arguments.Number("--rounds", 5), enough, directory);
            bool isOver = limit is null || measured > limit.Limit;
            failed += isOver ? 1 : 0;
            Console.WriteLine(
                $"{(isOver ? "OVER" : "ok  ")}  {measured,10:0.00} B  limit {limit?.Limit,8:0.##}" +
                $"{(gate.Target is { } target ? $"  target {target:0.##}" : "")}  {gate.Name}");
            if (arguments.Has("--update"))
                file = file.With(gate, measured);
        }

        if (arguments.Has("--update"))
        {
            file.Write(path);
            return 0;
        }

        foreach (string stray in file.Strays(AllGates.List()))
        {
            Console.WriteLine($"STRAY {stray}: nothing measures it.");
            failed++;
        }

        Console.WriteLine(failed == 0 ? $"{gates.Length} gates hold." : $"{failed} gates fail.");
        return failed == 0 ? 0 : 1;
    }
}
