using StreamLog.Extensibility;

namespace StreamLog.Simulation;

/// <summary>A file as programs see it, and as it is on the platter.</summary>
internal sealed class SimulatedFileNode : SimulatedNode
{
    /// <summary>Gets or sets what programs read.</summary>
    public PagedBytes Volatile { get; set; } = new();

    /// <summary>
    /// Gets or sets what is left without power, before the operations that may or may not have got there.
    /// </summary>
    public PagedBytes Durable { get; set; } = new();

    /// <summary>Gets or sets the number of open handles.</summary>
    public int HandleCount { get; set; }

    /// <summary>
    /// Gets or sets the flush that failed, after which no other succeeds through the handles that are open.
    /// </summary>
    public FlushFailedException? Failure { get; set; }
}
