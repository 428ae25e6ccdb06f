using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Adds StreamLog to a service collection.</summary>
/// <remarks>
/// <para>Without a name each method adds the same one node, which starts before the application's hosted services and
/// stops after them. Called again, it sets further options of that node.</para>
/// <para>With a name it adds a node beside that one, with options of that name, a directory, a lock and a tag on its
/// meter of its own. What belongs to it is injected by its name: <c>[FromKeyedServices("audit")] IStreamLog</c>. The
/// same name is the same node.</para>
/// <para>Options are read from the section <c>StreamLog</c> of the host's configuration, or <c>StreamLog:audit</c> for
/// a node named so, where there is one, and then set by code in the order of the calls.</para>
/// </remarks>
public static class StreamLogServiceCollectionExtensions
{
    /// <summary>Adds a node: durable, in <c>streamlog-data</c> below the content root, where configuration says nothing
    /// else.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddStreamLog(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return NodeRegistration.Add(services, Options.DefaultName, section: null);
    }

    /// <summary>Adds a node.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the node's options.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddStreamLog(this IServiceCollection services, Action<StreamLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        StreamLogBuilder builder = NodeRegistration.Add(services, Options.DefaultName, section: null);
        services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Adds a node whose options depend on other services.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="configure">Sets the node's options.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddStreamLog(
        this IServiceCollection services, Action<IServiceProvider, StreamLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        StreamLogBuilder builder = NodeRegistration.Add(services, Options.DefaultName, section: null);
        services.AddOptions<StreamLogOptions>(builder.Name)
            .Configure<IServiceProvider>((options, provider) => configure(provider, options));
        return builder;
    }

    /// <summary>Adds a node whose options stand in a section of configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section, which is read in place of <c>StreamLog</c>.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder AddStreamLog(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return NodeRegistration.Add(services, Options.DefaultName, section);
    }

    /// <summary>Adds a node with a name: durable, in <c>streamlog-data-NAME</c> below the content root, where
    /// configuration says nothing else.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The node's name, by which it is injected.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not legal, or that of an option.</exception>
    public static IStreamLogBuilder AddStreamLog(this IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        return NodeRegistration.Add(services, NodeNames.Check(name), section: null);
    }

    /// <summary>Adds a node with a name.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The node's name, by which it is injected.</param>
    /// <param name="configure">Sets the node's options.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not legal, or that of an option.</exception>
    public static IStreamLogBuilder AddStreamLog(
        this IServiceCollection services, string name, Action<StreamLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        StreamLogBuilder builder = NodeRegistration.Add(services, NodeNames.Check(name), section: null);
        services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Adds a node with a name whose options depend on other services.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The node's name, by which it is injected.</param>
    /// <param name="configure">Sets the node's options.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not legal, or that of an option.</exception>
    public static IStreamLogBuilder AddStreamLog(
        this IServiceCollection services, string name, Action<IServiceProvider, StreamLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        StreamLogBuilder builder = NodeRegistration.Add(services, NodeNames.Check(name), section: null);
        services.AddOptions<StreamLogOptions>(builder.Name)
            .Configure<IServiceProvider>((options, provider) => configure(provider, options));
        return builder;
    }

    /// <summary>Adds a node with a name whose options stand in a section of configuration.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The node's name, by which it is injected.</param>
    /// <param name="section">The section, which is read in place of <c>StreamLog:NAME</c>.</param>
    /// <returns>What adds topics and more to the node.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not legal, or that of an option.</exception>
    public static IStreamLogBuilder AddStreamLog(this IServiceCollection services, string name, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        return NodeRegistration.Add(services, NodeNames.Check(name), section);
    }
}
