using Microsoft.Extensions.DependencyInjection;

namespace StreamLog;

/// <summary>What <c>AddStreamLog</c> returns. Used while services are registered, by one thread.</summary>
internal sealed class StreamLogBuilder : IStreamLogBuilder
{
    /// <summary>Creates the builder.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The name of the node's options.</param>
    public StreamLogBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <inheritdoc/>
    public IServiceCollection Services { get; }

    /// <inheritdoc/>
    public string Name { get; }
}
