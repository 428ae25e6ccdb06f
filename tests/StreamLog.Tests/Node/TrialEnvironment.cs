using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Tests.Node;

/// <summary>What a node under test runs on: files that outlive it, the real clock, and the same random numbers each
/// time.</summary>
internal sealed class TrialEnvironment : INodeEnvironment
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Random _random;

    public TrialEnvironment(IFileSystem? files = null, int seed = 1)
    {
        Files = files ?? new InMemoryFileSystem(256 * 1024 * 1024);
        _random = new Random(seed);
    }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public IFileSystem Files { get; }

    public int NextRandom(int exclusiveMax)
    {
        lock (_gate)
            return _random.Next(exclusiveMax);
    }

    public Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
            _random.NextBytes(bytes);

        return new Guid(bytes);
    }
}
