using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>A node's only source of time, randomness, ids and files.</summary>
/// <remarks>Thread-safe. A simulator puts its own in place, and the node does the same things on every run.</remarks>
[Experimental("STREAMLOG001")]
public interface INodeEnvironment
{
    /// <summary>Gets the clock and the timers.</summary>
    TimeProvider Time { get; }

    /// <summary>Gets the files.</summary>
    IFileSystem Files { get; }

    /// <summary>Returns a random number.</summary>
    /// <param name="exclusiveMax">One more than the largest number wanted; at least 1.</param>
    /// <returns>A number from zero up to, and without, <paramref name="exclusiveMax"/>.</returns>
    int NextRandom(int exclusiveMax);

    /// <summary>Returns a new unique id.</summary>
    /// <returns>The id; never empty.</returns>
    Guid NewId();
}
