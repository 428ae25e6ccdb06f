using System.Security.Cryptography;
using StreamLog.Extensibility;

namespace StreamLog.Kafka.Tests;

/// <summary>The surroundings of a node in memory whose clock a test moves.</summary>
internal sealed class ManualEnvironment(ManualTime time) : INodeEnvironment
{
    public TimeProvider Time { get; } = time;

    public IFileSystem Files => throw new NotSupportedException("A node in memory brings its own.");

    public int NextRandom(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    public Guid NewId() => Guid.NewGuid();
}
