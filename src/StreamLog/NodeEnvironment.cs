using System.Security.Cryptography;
using StreamLog.Extensibility;

namespace StreamLog;

/// <summary>The real world: the system's clock and randomness, and a file system. Thread-safe.</summary>
/// <remarks>Created by the node that it serves, which disposes it last.</remarks>
internal sealed class NodeEnvironment : INodeEnvironment, IAsyncDisposable
{
    private readonly INodeEnvironment? _inner;

    /// <summary>Creates the environment.</summary>
    /// <param name="files">The files. The environment disposes them.</param>
    /// <param name="inner">Whose time and randomness to use, or <see langword="null"/> for the system's.</param>
    public NodeEnvironment(IFileSystem files, INodeEnvironment? inner = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        Files = files;
        _inner = inner;
    }

    /// <inheritdoc/>
    public TimeProvider Time => _inner?.Time ?? TimeProvider.System;

    /// <inheritdoc/>
    public IFileSystem Files { get; }

    /// <inheritdoc/>
    public int NextRandom(int exclusiveMax) =>
        _inner?.NextRandom(exclusiveMax) ?? RandomNumberGenerator.GetInt32(exclusiveMax);

#pragma warning disable RS0030 // This is the node's INodeEnvironment, from which everybody else takes ids.
    /// <inheritdoc/>
    public Guid NewId() => _inner?.NewId() ?? Guid.NewGuid();
#pragma warning restore RS0030

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        (Files as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
