namespace StreamLog.Simulation;

/// <summary>One change that programs see and that has not been forced to the platter.</summary>
/// <remarks>
/// A change of a file's bytes or length waits for the file's sync, a change of names for that of the directories it
/// touches.
/// </remarks>
internal sealed class UnsyncedOperation
{
    /// <summary>
    /// Changes the platter. It is given the way from a node to its counterpart on the disk that is changed.
    /// </summary>
    private readonly Action<Func<SimulatedNode, SimulatedNode>> _apply;

    /// <summary>Creates an operation.</summary>
    /// <param name="description">What it does, for whoever reads a failed test.</param>
    /// <param name="owners">The nodes that must be synced before it is durable.</param>
    /// <param name="apply">Changes the platter.</param>
    public UnsyncedOperation(
        string description, SimulatedNode[] owners, Action<Func<SimulatedNode, SimulatedNode>> apply)
    {
        Description = description;
        Owners = [.. owners];
        _apply = apply;
    }

    /// <summary>Gets what it does.</summary>
    public string Description { get; }

    /// <summary>Gets the nodes that have yet to be synced.</summary>
    public HashSet<SimulatedNode> Owners { get; }

    /// <summary>Gets the bytes that a write puts down; empty for what is no write.</summary>
    public byte[] Bytes { get; private init; } = [];

    /// <summary>Gets where a write puts its bytes.</summary>
    public long Position { get; private init; }

    /// <summary>Makes the write of a piece that lies within a page.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="bytes">The bytes, which the operation keeps.</param>
    /// <param name="position">Where they go.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation Write(SimulatedFileNode file, string path, byte[] bytes, long position) =>
        new(
            $"write {path} {position}+{bytes.Length}",
            [file],
            counterpart => ((SimulatedFileNode)counterpart(file)).Durable.Write(bytes, position))
        {
            Bytes = bytes,
            Position = position,
        };

    /// <summary>Makes the growth that a write beyond the end causes, and that may be there without the bytes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="length">The number of bytes it grows to.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation Extend(SimulatedFileNode file, string path, long length) =>
        new($"extend {path} to {length}", [file], counterpart =>
        {
            PagedBytes durable = ((SimulatedFileNode)counterpart(file)).Durable;
            durable.SetLength(Math.Max(durable.Length, length));
        });

    /// <summary>Makes a change of length that a program asked for.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="length">The new number of bytes.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation SetLength(SimulatedFileNode file, string path, long length) =>
        new($"set length of {path} to {length}", [file], counterpart =>
            ((SimulatedFileNode)counterpart(file)).Durable.SetLength(length));

    /// <summary>Makes a new name.</summary>
    /// <param name="directory">Where it stands.</param>
    /// <param name="name">The name.</param>
    /// <param name="node">What it names.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation Link(
        SimulatedDirectoryNode directory, string name, SimulatedNode node, string path) =>
        new($"create {path}", [directory], counterpart =>
            ((SimulatedDirectoryNode)counterpart(directory)).Durable[name] = counterpart(node));

    /// <summary>Makes the end of a name.</summary>
    /// <param name="directory">Where it stands.</param>
    /// <param name="name">The name.</param>
    /// <param name="node">What it names.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation Unlink(
        SimulatedDirectoryNode directory, string name, SimulatedNode node, string path) =>
        new($"delete {path}", [directory], counterpart =>
            RemoveName((SimulatedDirectoryNode)counterpart(directory), name, counterpart(node)));

    /// <summary>Makes a change of name, which a crash leaves whole or not at all.</summary>
    /// <param name="from">Where the old name stands.</param>
    /// <param name="name">The old name.</param>
    /// <param name="to">Where the new name stands.</param>
    /// <param name="newName">The new name.</param>
    /// <param name="node">What they name.</param>
    /// <param name="description">What it does.</param>
    /// <returns>The operation.</returns>
    public static UnsyncedOperation Rename(
        SimulatedDirectoryNode from,
        string name,
        SimulatedDirectoryNode to,
        string newName,
        SimulatedNode node,
        string description) =>
        new(description, [from, to], counterpart =>
        {
            RemoveName((SimulatedDirectoryNode)counterpart(from), name, counterpart(node));
            ((SimulatedDirectoryNode)counterpart(to)).Durable[newName] = counterpart(node);
        });

    /// <summary>Makes the write that a crash left in place of this one.</summary>
    /// <param name="bytes">The bytes that got there.</param>
    /// <param name="word">What happened to it.</param>
    /// <returns>The operation.</returns>
    public UnsyncedOperation Damaged(byte[] bytes, string word)
    {
        SimulatedFileNode file = (SimulatedFileNode)Owners.Single();
        return new UnsyncedOperation($"{word}: {Description}", [file], counterpart =>
            ((SimulatedFileNode)counterpart(file)).Durable.Write(bytes, Position));
    }

    /// <summary>Changes the platter.</summary>
    /// <param name="counterpart">Gives the node to change for a node of the operation.</param>
    public void Apply(Func<SimulatedNode, SimulatedNode> counterpart) => _apply(counterpart);

    // The name may have come to mean something else, where the operation that did it survived and this one is late.
    private static void RemoveName(SimulatedDirectoryNode directory, string name, SimulatedNode node)
    {
        if (directory.Durable.TryGetValue(name, out SimulatedNode? found) && ReferenceEquals(found, node))
            directory.Durable.Remove(name);
    }
}
