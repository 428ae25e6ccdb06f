using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Simulation;

/// <summary>A disk that forgets on a crash what was not synced, and fails when it is told to.</summary>
/// <remarks>
/// <para>
/// It keeps what programs see, what is on the platter, and, in order, the operations between the two. A file's sync
/// moves its bytes and length to the platter, a directory's sync its names. <see cref="Crash(ReadOnlySpan{bool})"/> and
/// its like make a new disk of the platter and any of the operations; the old disk is not changed, so many outcomes of
/// one moment can be tried.
/// </para>
/// <para>
/// A write is an operation for each page (or sector) it touches, and another one for the growth of the file. The root
/// directory is there from the start. Thread-safe; everything happens on the caller's thread, so a run with one thread
/// repeats.
/// </para>
/// </remarks>
public sealed partial class SimulatedDisk : IFileSystem
{
    private readonly int _pieceBytes;
    private readonly Lazy<string> _origin;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly SimulatedDirectoryNode _root;
    private readonly List<UnsyncedOperation> _unsynced = [];
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private readonly List<(SimulatedFileNode Node, string Path, TaskCompletionSource Done)> _heldFlushes = [];
    private long _mutationCount;
    private long _mutationsBeforeCut = long.MaxValue;
    private bool _holdsFlushes;

    /// <summary>Creates an empty disk.</summary>
    /// <param name="splitAtSectors">
    /// Whether writes reach the platter by sectors of 512 bytes, instead of pages of 4 KiB.
    /// </param>
    public SimulatedDisk(bool splitAtSectors = false)
        : this(new SimulatedDirectoryNode(), splitAtSectors ? 512 : PagedBytes.PageBytes, static () => "No crash.")
    {
    }

    private SimulatedDisk(SimulatedDirectoryNode root, int pieceBytes, Func<string> origin)
    {
        _root = root;
        _pieceBytes = pieceBytes;
        _origin = new Lazy<string>(origin);
    }

    /// <summary>Gets what it does wrong.</summary>
    public SimulatedFaults Faults { get; } = new();

    /// <summary>
    /// Gets what became of each unsynced operation in the crash that it is left from: for the message of a failed test.
    /// </summary>
    public string Origin => _origin.Value;

    /// <summary>
    /// Gets the number of operations so far that changed something: writes, lengths, names and syncs.
    /// </summary>
    /// <remarks>
    /// The sweep over all cut points runs a workload once to learn it, and then with each <see cref="CutPowerAfter"/>
    /// below it.
    /// </remarks>
    public long MutationCount
    {
        get
        {
            lock (_gate)
                return _mutationCount;
        }
    }

    /// <summary>Gets the number of operations that a crash may lose.</summary>
    public int UnsyncedOperationCount
    {
        get
        {
            lock (_gate)
                return _unsynced.Count;
        }
    }

    /// <summary>Gets the operations that a crash may lose, in words.</summary>
    public IReadOnlyList<string> UnsyncedOperations
    {
        get
        {
            lock (_gate)
                return [.. _unsynced.Select(operation => operation.Description)];
        }
    }

    /// <summary>
    /// Cuts the power once some more operations have changed something; the next one throws, and so does all after it.
    /// </summary>
    /// <param name="count">How many more succeed. Zero cuts it now.</param>
    /// <remarks>What throws is <see cref="PowerCutException"/>. Closing what is open goes on to work.</remarks>
    public void CutPowerAfter(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
            _mutationsBeforeCut = count;
    }

    /// <summary>
    /// Holds flushes that are begun with <see cref="IFile.DataSyncAsync"/> until <see cref="ReleaseFlushes"/>.
    /// </summary>
    public void HoldFlushes()
    {
        lock (_gate)
            _holdsFlushes = true;
    }

    /// <summary>Does the flushes that were held, in order and on this thread, and holds no others.</summary>
    public void ReleaseFlushes()
    {
        (SimulatedFileNode Node, string Path, TaskCompletionSource Done)[] held;
        lock (_gate)
        {
            _holdsFlushes = false;
            held = [.. _heldFlushes];
            _heldFlushes.Clear();
        }

        foreach ((SimulatedFileNode node, string path, TaskCompletionSource done) in held)
        {
            try
            {
                Sync(node, path);
            }
            catch (IOException exception)
            {
                done.SetException(exception);
                continue;
            }

            done.SetResult();
        }
    }

    /// <summary>Crashes, with the given operations surviving.</summary>
    /// <param name="keep">For each of <see cref="UnsyncedOperations"/>, whether it reached the platter.</param>
    /// <returns>The disk as the next start finds it.</returns>
    public SimulatedDisk Crash(ReadOnlySpan<bool> keep)
    {
        lock (_gate)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(keep.Length, _unsynced.Count);
            List<UnsyncedOperation> survivors = [];
            for (int i = 0; i < keep.Length; i++)
            {
                if (keep[i])
                    survivors.Add(_unsynced[i]);
            }

            return Build(survivors);
        }
    }

    /// <summary>Crashes, with nothing surviving that was not synced.</summary>
    /// <returns>The disk as the next start finds it.</returns>
    public SimulatedDisk Crash()
    {
        lock (_gate)
            return Build([]);
    }

    /// <summary>Crashes, with what survives drawn from a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="options">What may happen.</param>
    /// <returns>The disk as the next start finds it.</returns>
    public SimulatedDisk Crash(ulong seed, CrashOptions? options = null)
    {
        options ??= new CrashOptions();
        SimulatedRandom random = new(seed);
        lock (_gate)
        {
            int count = options.IsOrdered ? random.Next(_unsynced.Count + 1) : _unsynced.Count;
            List<UnsyncedOperation> survivors = [];
            for (int i = 0; i < count; i++)
            {
                // In order, all but the last one are whole.
                bool isCertain = options.IsOrdered && i < count - 1;
                UnsyncedOperation? left = isCertain ? _unsynced[i] : SimulatedCrash.Draw(_unsynced[i], random, options);
                if (left is not null)
                    survivors.Add(left);
            }

            return Build(survivors);
        }
    }

    /// <summary>Crashes in every way there is, or, where there are more than a thousand or so, in many.</summary>
    /// <param name="subsets">How many ways are drawn where there are too many for all.</param>
    /// <param name="options">What may happen.</param>
    /// <returns>
    /// The disks as the next start finds them, each made as it is asked for. With up to ten operations all
    /// combinations; above, none, all, and <paramref name="subsets"/> drawn ones with the seeds from 1. In order, one
    /// for each number of survivors. Torn writes and garbage are drawn in addition.
    /// </returns>
    public IEnumerable<SimulatedDisk> CrashExhaustively(int subsets = 1000, CrashOptions? options = null)
    {
        const int ExhaustiveMax = 10;
        options ??= new CrashOptions();
        int count = UnsyncedOperationCount;
        bool isDrawn = options.CanTear || options.CanLeaveGarbage;
        if (options.IsOrdered)
        {
            for (int kept = 0; kept <= count; kept++)
                yield return Crash([.. Enumerable.Range(0, count).Select(i => i < kept)]);
        }
        else if (count <= ExhaustiveMax)
        {
            for (int chosen = 0; chosen < 1 << count; chosen++)
                yield return Crash([.. Enumerable.Range(0, count).Select(i => (chosen >> i & 1) != 0)]);
        }
        else
        {
            isDrawn = true;
            yield return Crash();
            yield return Crash([.. Enumerable.Repeat(true, count)]);
        }

        for (int seed = 1; isDrawn && count > 0 && seed <= subsets; seed++)
            yield return Crash((ulong)seed, options);
    }

    /// <summary>Turns a bit over that is on the platter, and that programs then read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="position">The byte.</param>
    /// <param name="bit">The bit, from 0 for the lowest to 7.</param>
    public void FlipBit(string path, long position, int bit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bit, 7u, nameof(bit));
        lock (_gate)
        {
            SimulatedFileNode file = FileAt(path);
            Span<byte> one = stackalloc byte[1];
            foreach (PagedBytes image in new[] { file.Volatile, file.Durable })
            {
                if (image.Read(one, position) == 0)
                    continue;

                one[0] ^= (byte)(1 << bit);
                image.Write(one, position);
            }
        }
    }

    /// <summary>Loses the end of a file, on the platter and for programs.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">What is left of it.</param>
    public void CutFile(string path, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        lock (_gate)
        {
            SimulatedFileNode file = FileAt(path);
            _unsynced.RemoveAll(operation => operation.Owners.Contains(file));
            file.Volatile.SetLength(Math.Min(length, file.Volatile.Length));
            file.Durable.SetLength(Math.Min(length, file.Durable.Length));
        }
    }

    /// <summary>Loses a file, on the platter and for programs.</summary>
    /// <param name="path">The file.</param>
    public void LoseFile(string path)
    {
        lock (_gate)
        {
            SimulatedFileNode file = FileAt(path);
            (SimulatedDirectoryNode parent, string name) = ParentOf(path);
            _unsynced.RemoveAll(operation => operation.Owners.Contains(file));
            ApplyOwnedBy(parent);
            parent.Volatile.Remove(name);
            parent.Durable.Remove(name);
        }
    }

    /// <summary>Reads a whole file as programs see it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its bytes.</returns>
    public byte[] ReadAll(string path)
    {
        lock (_gate)
        {
            SimulatedFileNode file = FileAt(path);
            byte[] bytes = new byte[file.Volatile.Length];
            file.Volatile.Read(bytes, 0);
            return bytes;
        }
    }

    /// <summary>Lists all files, at any depth, in ordinal order of their paths.</summary>
    /// <returns>Their paths.</returns>
    public IReadOnlyList<string> ListAll()
    {
        List<string> paths = [];
        lock (_gate)
            Collect(_root, Path.DirectorySeparatorChar.ToString(), paths);

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static void Collect(SimulatedDirectoryNode directory, string prefix, List<string> paths)
    {
        foreach ((string name, SimulatedNode node) in directory.Volatile)
        {
            if (node is SimulatedDirectoryNode child)
                Collect(child, prefix + name + Path.DirectorySeparatorChar, paths);
            else
                paths.Add(prefix + name);
        }
    }

    private SimulatedDisk Build(List<UnsyncedOperation> survivors)
    {
        SimulatedDirectoryNode left = new SimulatedCrash().Build(_root, survivors);
        UnsyncedOperation[] unsynced = [.. _unsynced];
        return new SimulatedDisk(left, _pieceBytes, () =>
            $"Unsynced: [{string.Join("; ", unsynced.Select(operation => operation.Description))}]. " +
            $"Left: [{string.Join("; ", survivors.Select(operation => operation.Description))}].");
    }

    private SimulatedFileNode FileAt(string path) => Find(InMemoryPath.Split(path)) as SimulatedFileNode
        ?? throw new FileNotFoundException($"There is no file {path}.", path);
}
