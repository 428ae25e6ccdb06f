namespace StreamLog.Simulation;

/// <summary>What a <see cref="SimulatedDisk"/> does wrong, or is to do wrong.</summary>
/// <remarks>Thread-safe. Faults last until <see cref="Clear"/>, or as often as was asked for.</remarks>
public sealed class SimulatedFaults
{
    private const int InputOutputError = 5;
    private const int NoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly List<Fault> _faults = [];
    private long _room = long.MaxValue;

    private enum Target
    {
        Read,
        Write,
        Flush,
    }

    /// <summary>Gets the number of bytes by which files may still grow.</summary>
    public long Room
    {
        get
        {
            lock (_gate)
                return _room;
        }
    }

    /// <summary>Makes reads fail.</summary>
    /// <param name="path">Of which files.</param>
    /// <param name="times">How often.</param>
    public void FailReads(Func<string, bool> path, int times = int.MaxValue) => Add(Target.Read, path, times);

    /// <summary>Makes writes and changes of length fail, with nothing written.</summary>
    /// <param name="path">Of which files.</param>
    /// <param name="times">How often.</param>
    public void FailWrites(Func<string, bool> path, int times = int.MaxValue) => Add(Target.Write, path, times);

    /// <summary>
    /// Makes flushes fail as on Linux: what was to be flushed can be read until the crash, and is gone then.
    /// </summary>
    /// <param name="path">Of which files and directories.</param>
    /// <param name="times">How often.</param>
    public void FailFlushes(Func<string, bool> path, int times = int.MaxValue) => Add(Target.Flush, path, times);

    /// <summary>
    /// Makes the disk full once files have grown by some bytes more. The write that hits the end is done in part.
    /// </summary>
    /// <param name="bytes">How many.</param>
    public void FillUpAfter(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        lock (_gate)
            _room = bytes;
    }

    /// <summary>Ends all faults. What they have done stays done.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _faults.Clear();
            _room = long.MaxValue;
        }
    }

    /// <summary>Throws if a read is to fail.</summary>
    /// <param name="path">Of which file.</param>
    internal void OnRead(string path)
    {
        if (Strikes(Target.Read, path))
            throw new IOException($"Input/output error : '{path}'", InputOutputError);
    }

    /// <summary>Throws if a write is to fail.</summary>
    /// <param name="path">Of which file.</param>
    internal void OnWrite(string path)
    {
        if (Strikes(Target.Write, path))
            throw new IOException($"Input/output error : '{path}'", InputOutputError);
    }

    /// <summary>Tells whether a flush is to fail.</summary>
    /// <param name="path">Of which file or directory.</param>
    /// <returns>The system's error number, or zero.</returns>
    internal int OnFlush(string path) => Strikes(Target.Flush, path) ? InputOutputError : 0;

    /// <summary>Takes room for a file to grow.</summary>
    /// <param name="bytes">By how many bytes.</param>
    /// <returns>How many there were.</returns>
    internal long TakeRoom(long bytes)
    {
        lock (_gate)
        {
            long taken = Math.Min(_room, bytes);
            if (_room != long.MaxValue)
                _room -= taken;

            return taken;
        }
    }

    /// <summary>Makes the exception of a disk without room.</summary>
    /// <param name="path">The file that could not grow.</param>
    /// <returns>The exception.</returns>
    internal static IOException DiskFull(string path) => new(
        $"No space left on device : '{path}'", OperatingSystem.IsWindows() ? WindowsDiskFull : NoSpace);

    private void Add(Target target, Func<string, bool> path, int times)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        lock (_gate)
            _faults.Add(new Fault { Target = target, Path = path, TimesLeft = times });
    }

    private bool Strikes(Target target, string path)
    {
        lock (_gate)
        {
            foreach (Fault fault in _faults)
            {
                if (fault.Target == target && fault.TimesLeft > 0 && fault.Path(path))
                {
                    fault.TimesLeft--;
                    return true;
                }
            }

            return false;
        }
    }

    private sealed class Fault
    {
        public required Target Target { get; init; }

        public required Func<string, bool> Path { get; init; }

        public int TimesLeft { get; set; }
    }
}
