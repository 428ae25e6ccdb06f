using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StreamLog.Protocol;

namespace StreamLog;

/// <summary>What surrounds a node in its process, a host or none. Immutable.</summary>
internal sealed record NodeHost
{
    /// <summary>Gets the node's name; empty for the only one of a host, and without a host.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>Gets the directory that relative paths begin at, or <see langword="null"/> for the current
    /// one.</summary>
    public string? ContentRoot { get; init; }

    /// <summary>Gets where the node logs.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Gets what makes meters, or <see langword="null"/> where the node makes its own.</summary>
    public IMeterFactory? Meters { get; init; }

    /// <summary>Gets the topics that the application added.</summary>
    public IReadOnlyList<TopicRegistration> Topics { get; init; } = [];

    /// <summary>Gets what puts something between the node's clients and its engine; <see langword="null"/> is
    /// nothing.</summary>
    public Func<IBroker, IBroker>? Front { get; init; }
}
