namespace StreamLog.Simulation;

/// <summary>A directory as programs see it, and as it is on the platter.</summary>
internal sealed class SimulatedDirectoryNode : SimulatedNode
{
    /// <summary>Gets what programs list.</summary>
    public SortedDictionary<string, SimulatedNode> Volatile { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets what is left without power, before the operations that may or may not have got there.</summary>
    public SortedDictionary<string, SimulatedNode> Durable { get; } = new(StringComparer.Ordinal);
}
