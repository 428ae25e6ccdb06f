using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Adds StreamLog to the health checks of an application.</summary>
public static class StreamLogHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of a node: that its partitions are online, its disk has room, and nothing is
    /// damaged.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="nodeName">The node's name; empty for the one without a name.</param>
    /// <param name="configure">Says from where on the node counts as unwell.</param>
    /// <param name="failureStatus">What to report instead of <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by.</param>
    /// <returns>The same health checks.</returns>
    /// <remarks>The check is called <c>StreamLog</c>, or <c>StreamLog:audit</c> for a node of that name. It reads what
    /// the node knows, so it may be asked as often as one likes; a cluster in its place it asks whether it
    /// answers.</remarks>
    /// <exception cref="ArgumentNullException">The builder or the name is <see langword="null"/>.</exception>
    public static IHealthChecksBuilder AddStreamLog(
        this IHealthChecksBuilder builder,
        string nodeName = "",
        Action<StreamLogHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(nodeName);
        string name = StreamLogConfiguration.SectionOf(nodeName);
        if (configure is not null)
            builder.Services.Configure(name, configure);

        return builder.Add(new HealthCheckRegistration(
            name,
            provider => new StreamLogHealthCheck(
                nodeName,
                provider.GetKeyedService<HostedStreamLog>(nodeName),
                provider.GetRequiredService<IOptionsMonitor<StreamLogHealthCheckOptions>>().Get(name)),
            failureStatus,
            tags));
    }
}
