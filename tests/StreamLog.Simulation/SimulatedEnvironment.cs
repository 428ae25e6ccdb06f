using StreamLog.Extensibility;

namespace StreamLog.Simulation;

/// <summary>A node's surroundings with a clock, ids and numbers that repeat for a seed.</summary>
/// <remarks>Thread-safe; deterministic as long as one thread uses it.</remarks>
public sealed class SimulatedEnvironment : INodeEnvironment
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly SimulatedRandom _random;

    /// <summary>Creates surroundings.</summary>
    /// <param name="seed">What random numbers and ids come from.</param>
    /// <param name="files">The files; an empty <see cref="SimulatedDisk"/> where there are none yet.</param>
    /// <param name="time">The clock; one of its own where there is none yet.</param>
    public SimulatedEnvironment(ulong seed = 1, IFileSystem? files = null, SimulatedTime? time = null)
    {
        _random = new SimulatedRandom(seed);
        Files = files ?? new SimulatedDisk();
        Time = time ?? new SimulatedTime();
    }

    /// <summary>Gets the clock, to advance it.</summary>
    public SimulatedTime Time { get; }

    /// <inheritdoc/>
    public IFileSystem Files { get; }

    /// <summary>Gets the files as the simulated disk that they are unless others were given.</summary>
    public SimulatedDisk Disk => (SimulatedDisk)Files;

    /// <inheritdoc/>
    TimeProvider INodeEnvironment.Time => Time;

    /// <inheritdoc/>
    public int NextRandom(int exclusiveMax)
    {
        lock (_gate)
            return _random.Next(exclusiveMax);
    }

    /// <inheritdoc/>
    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
            _random.NextBytes(bytes);

        // Version 4, variant 1: what every reader of ids takes for random.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
