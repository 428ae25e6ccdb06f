using Microsoft.Extensions.DependencyInjection;

namespace StreamLog;

/// <summary>Adds to a StreamLog node that a service collection will hold.</summary>
public interface IStreamLogBuilder
{
    /// <summary>Gets the service collection.</summary>
    IServiceCollection Services { get; }

    /// <summary>Gets the name of the node's options; empty for the only node of an application.</summary>
    string Name { get; }
}
