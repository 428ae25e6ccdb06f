namespace StreamLog.Simulation;

/// <summary>Builds what is left of a disk after a crash.</summary>
/// <remarks>
/// One per crash. The disk that crashed is not changed, so that many crashes of one moment can be tried.
/// </remarks>
internal sealed class SimulatedCrash
{
    private const int SectorBytes = 512;

    private readonly Dictionary<SimulatedNode, SimulatedNode> _counterparts = [];

    /// <summary>Builds the names and files that are left.</summary>
    /// <param name="root">The root of the disk that crashed.</param>
    /// <param name="survivors">The unsynced operations that reached the platter, in order.</param>
    /// <returns>The root of what is left, with nothing unsynced.</returns>
    public SimulatedDirectoryNode Build(SimulatedDirectoryNode root, IEnumerable<UnsyncedOperation> survivors)
    {
        SimulatedDirectoryNode left = (SimulatedDirectoryNode)CounterpartOf(root);
        foreach (UnsyncedOperation operation in survivors)
            operation.Apply(CounterpartOf);

        Reload(left);
        return left;
    }

    /// <summary>Draws what becomes of an unsynced operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="random">Where the draw comes from.</param>
    /// <param name="options">What may happen.</param>
    /// <returns>
    /// What reached the platter: the operation, a part of it, garbage, or <see langword="null"/> for nothing.
    /// </returns>
    public static UnsyncedOperation? Draw(UnsyncedOperation operation, SimulatedRandom random, CrashOptions options)
    {
        bool survives = random.NextChance(0.5);
        if (operation.Bytes.Length == 0)
            return survives ? operation : null;

        if (survives && options.CanTear && random.NextChance(0.3))
        {
            // The end of the last sector that got there, counted in the file as the platter counts.
            int start = (int)(operation.Position % SectorBytes);
            int sectors = (start + operation.Bytes.Length) / SectorBytes;
            int end = (random.Next(sectors + 1) * SectorBytes) - start;
            return end <= 0 ? null : operation.Damaged(operation.Bytes[..end], "torn");
        }

        if (!survives && options.CanLeaveGarbage && random.NextChance(0.3))
        {
            byte[] garbage = new byte[operation.Bytes.Length];
            random.NextBytes(garbage);
            return operation.Damaged(garbage, "garbage for");
        }

        return survives ? operation : null;
    }

    private static void Reload(SimulatedDirectoryNode directory)
    {
        foreach ((string name, SimulatedNode node) in directory.Durable)
        {
            directory.Volatile.Add(name, node);
            if (node is SimulatedFileNode file)
                file.Volatile = file.Durable.Copy();
            else
                Reload((SimulatedDirectoryNode)node);
        }
    }

    private SimulatedNode CounterpartOf(SimulatedNode node)
    {
        if (_counterparts.TryGetValue(node, out SimulatedNode? counterpart))
            return counterpart;

        if (node is SimulatedFileNode file)
        {
            counterpart = new SimulatedFileNode { Durable = file.Durable.Copy() };
            _counterparts.Add(node, counterpart);
            return counterpart;
        }

        SimulatedDirectoryNode directory = new();
        _counterparts.Add(node, directory);
        foreach ((string name, SimulatedNode child) in ((SimulatedDirectoryNode)node).Durable)
            directory.Durable.Add(name, CounterpartOf(child));

        return directory;
    }
}
