using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Registers what belongs to a node: its options, the node, and what of it is injected.</summary>
internal static class NodeRegistration
{
    /// <summary>Registers a node, or adds to the options of one that is registered.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="name">The node's name; empty for the only one.</param>
    /// <param name="section">Where its options stand, or <see langword="null"/> for the host's configuration.</param>
    /// <returns>What adds to the node.</returns>
    public static StreamLogBuilder Add(IServiceCollection services, string name, IConfiguration? section)
    {
        StreamLogBuilder builder = new(services, name);
        bool isNew = !services.Any(service => service.IsKeyedService
            && service.ServiceType == typeof(HostedStreamLog) && name.Equals(service.ServiceKey));
        if (isNew)
            AddNode(services, name, section);

        OptionsBuilder<StreamLogOptions> options = services.AddOptions<StreamLogOptions>(name);
        if (section is not null)
            options.Configure(target => StreamLogConfiguration.Read(section, target));
        else if (isNew)
            options.Configure<IServiceProvider>((target, provider) => ReadHostConfiguration(name, target, provider));

        return builder;
    }

    private static void AddNode(IServiceCollection services, string name, IConfiguration? section)
    {
        string path = (section as IConfigurationSection)?.Path ?? StreamLogConfiguration.SectionOf(name);
        OptionsBuilder<StreamLogOptions> options = services.AddOptions<StreamLogOptions>(name).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StreamLogOptions>>(new StreamLogOptionsValidator(name, path));
        services.AddKeyedSingleton(name, (provider, _) => new HostedStreamLog(provider, name));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<HostedStreamLog>(name));
        if (name.Length == 0)
        {
            services.AddSingleton<IStreamLog>(provider => provider.GetRequiredKeyedService<HostedStreamLog>(name));
            return;
        }

        // Two nodes cannot share a directory, so one with a name has another default.
        options.Configure(target => target.DataDirectory = $"{target.DataDirectory}-{name}");
        services.AddKeyedSingleton<IStreamLog>(
            name, (provider, _) => provider.GetRequiredKeyedService<HostedStreamLog>(name));
    }

    private static void ReadHostConfiguration(string name, StreamLogOptions options, IServiceProvider provider)
    {
        if (provider.GetService<IConfiguration>() is { } configuration)
            StreamLogConfiguration.Read(configuration.GetSection(StreamLogConfiguration.SectionOf(name)), options);
    }
}
