using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StreamLog.Kafka.Connecting;
using StreamLog.Protocol;

namespace StreamLog.Kafka;

/// <summary>Puts a Kafka cluster in the place of an embedded node.</summary>
/// <remarks>
/// <para>All that an application has of the node stays as it is: topics, handlers, <see cref="IStreamLog"/> and what is
/// injected. Topics that are declared are created on the cluster where they are missing. Settings that are about a
/// node, such as <see cref="StreamLogOptions.DataDirectory"/>, <see cref="StreamLogOptions.Log"/> and listeners, count
/// for nothing then.</para>
/// <para>Each method first reads the section <c>StreamLog:Kafka</c> of the host's configuration, or
/// <c>StreamLog:audit:Kafka</c> for a node named so, where there is one. Where no
/// <see cref="KafkaClusterOptions.BootstrapServers"/> are given in the end, the node is embedded: so one line of
/// configuration moves an application from one to the other.</para>
/// </remarks>
public static class KafkaClusterExtensions
{
    /// <summary>Uses a cluster where configuration names one, and else the embedded node.</summary>
    /// <param name="builder">The node.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IStreamLogBuilder ConnectToKafka(this IStreamLogBuilder builder) =>
        builder.ConnectToKafka(static _ => { });

    /// <summary>Uses a cluster.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="bootstrapServers">Where to begin, as <c>host:port</c>, several with commas between:
    /// <see cref="KafkaClusterOptions.BootstrapServers"/>. Nothing is the embedded node.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder ConnectToKafka(this IStreamLogBuilder builder, string bootstrapServers)
    {
        ArgumentNullException.ThrowIfNull(bootstrapServers);
        return builder.ConnectToKafka(options => options.BootstrapServers = bootstrapServers);
    }

    /// <summary>Uses a cluster.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="configure">Sets how to connect.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder ConnectToKafka(
        this IStreamLogBuilder builder, Action<KafkaClusterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        Register(builder);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Uses a cluster as a section of configuration has it, besides the one that is read without it.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="section">The section. Its settings are those of <see cref="KafkaClusterOptions"/> by their names;
    /// <c>Tls</c> is <c>true</c> or <c>false</c>, or a section with the settings of
    /// <see cref="KafkaClusterTls"/>.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>A setting that there is not and a value that is none of its kind fail the start
    /// (<see cref="ErrorCode.InvalidConfig"/>).</remarks>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static IStreamLogBuilder ConnectToKafka(this IStreamLogBuilder builder, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return builder.ConnectToKafka(options => ClusterConfiguration.Read(section, options));
    }

    private static void Register(IStreamLogBuilder builder)
    {
        string name = builder.Name;
        bool isKnown = builder.Services.Any(service => service.IsKeyedService
            && service.ServiceType == typeof(KafkaCluster) && name.Equals(service.ServiceKey));
        if (isKnown)
            return;

        builder.Services.AddOptions<KafkaClusterOptions>(name).Configure<IServiceProvider>((options, provider) =>
        {
            if (provider.GetService<IConfiguration>() is { } configuration)
                ClusterConfiguration.Read(configuration.GetSection(ClusterConfiguration.SectionOf(name)), options);
        });

        // The container disposes of what it has made, and of nothing where that is nothing.
        builder.Services.AddKeyedSingleton(name, (provider, _) => Connect(provider, name)!);
        builder.Services.AddKeyedSingleton<IBroker>(
            name, (provider, _) => provider.GetKeyedService<KafkaCluster>(name)!);
    }

    private static KafkaCluster? Connect(IServiceProvider provider, string name)
    {
        KafkaClusterOptions options = provider.GetRequiredService<IOptionsMonitor<KafkaClusterOptions>>().Get(name);
        return string.IsNullOrWhiteSpace(options.BootstrapServers)
            ? null
            : new KafkaCluster(options, provider.GetService<ILoggerFactory>());
    }
}
