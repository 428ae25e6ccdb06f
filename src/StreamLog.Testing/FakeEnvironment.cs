using System.Security.Cryptography;
using StreamLog.Extensibility;

namespace StreamLog.Testing;

/// <summary>The real world with a clock of the test's choice. Thread-safe.</summary>
internal sealed class FakeEnvironment(TimeProvider time) : INodeEnvironment
{
    /// <inheritdoc/>
    public TimeProvider Time { get; } = time;

    /// <summary>Is not asked: the node is in memory, and brings its own.</summary>
    public IFileSystem Files => throw new NotSupportedException("A fake Kafka keeps no files.");

    /// <inheritdoc/>
    public int NextRandom(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    /// <inheritdoc/>
    public Guid NewId() => new(RandomNumberGenerator.GetBytes(16));
}
