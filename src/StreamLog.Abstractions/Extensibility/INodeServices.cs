using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>What a node offers to its components.</summary>
/// <remarks>
/// Thread-safe. As <see cref="IServiceProvider"/> it has the node's <c>IBroker</c> (the engine's only door, of the
/// package <c>StreamLog.Protocol</c>), its <see cref="IStreamLog"/>, its <see cref="IConnectionQuota"/> and its
/// <c>ILoggerFactory</c>.
/// </remarks>
[Experimental("STREAMLOG001")]
public interface INodeServices : IServiceProvider
{
    /// <summary>Gets the node's id.</summary>
    int NodeId { get; }

    /// <summary>Gets the node's clock, files and randomness.</summary>
    INodeEnvironment Environment { get; }

    /// <summary>Gets where the node can be reached.</summary>
    ListenerRegistry Listeners { get; }
}
