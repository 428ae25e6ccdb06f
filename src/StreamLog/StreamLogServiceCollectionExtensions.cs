using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Adds StreamLog to a service collection.</summary>
/// <remarks>
/// <para>Each method adds the same one node, which starts before the application's hosted services and stops after
/// them. Called again, it sets further options of that node.</para>
/// <para>Options are read from the section <c>StreamLog</c> of the host's configuration, where it has one, and then set
/// by code in the order of the calls.</para>
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
        return AddNode(services, section: null);
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
        StreamLogBuilder builder = AddNode(services, section: null);
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
        StreamLogBuilder builder = AddNode(services, section: null);
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
        return AddNode(services, section);
    }

    private static StreamLogBuilder AddNode(IServiceCollection services, IConfiguration? section)
    {
        StreamLogBuilder builder = new(services, Options.DefaultName);
        bool isNew = !services.Any(service => service.ServiceType == typeof(HostedStreamLog));
        if (isNew)
        {
            string path = (section as IConfigurationSection)?.Path ?? StreamLogConfiguration.Section;
            services.AddOptions<StreamLogOptions>(builder.Name).ValidateOnStart();
            services.AddSingleton<IValidateOptions<StreamLogOptions>>(
                new StreamLogOptionsValidator(builder.Name, path));
            services.AddSingleton(provider => new HostedStreamLog(provider, builder.Name));
            services.AddSingleton<IStreamLog>(provider => provider.GetRequiredService<HostedStreamLog>());
            services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostedStreamLog>());
        }

        OptionsBuilder<StreamLogOptions> options = services.AddOptions<StreamLogOptions>(builder.Name);
        if (section is not null)
            options.Configure(target => StreamLogConfiguration.Read(section, target));
        else if (isNew)
            options.Configure<IServiceProvider>(ReadHostConfiguration);

        return builder;
    }

    private static void ReadHostConfiguration(StreamLogOptions options, IServiceProvider provider)
    {
        if (provider.GetService<IConfiguration>() is { } configuration)
            StreamLogConfiguration.Read(configuration.GetSection(StreamLogConfiguration.Section), options);
    }
}
