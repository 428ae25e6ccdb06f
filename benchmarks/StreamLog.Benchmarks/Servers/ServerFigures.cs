using System.Text.Json;

namespace StreamLog.Benchmarks.Servers;

/// <summary>What a server in a process of its own says about itself.</summary>
/// <param name="Allocated">How many bytes it has allocated since it began.</param>
/// <param name="Managed">How many bytes its heap holds.</param>
/// <param name="Resident">How many bytes of memory the process has in all.</param>
internal sealed record ServerFigures(long Allocated, long Managed, long Resident)
{
    /// <summary>Takes the figures of this process, with as little memory as it can do with.</summary>
    public static ServerFigures Take()
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return new ServerFigures(allocated, GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
    }

    public static ServerFigures Parse(string line) =>
        JsonSerializer.Deserialize<ServerFigures>(line) ?? throw new InvalidDataException($"No figures: {line}");

    public override string ToString() => JsonSerializer.Serialize(this);
}
