using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StreamLog;

/// <summary>Checks the health of a node that a host has.</summary>
/// <remarks>Created for each check. It reads what the node knows: it sends no request and opens nothing.</remarks>
internal sealed class StreamLogHealthCheck : IHealthCheck
{
    private readonly string _nodeName;
    private readonly HostedStreamLog? _log;
    private readonly StreamLogHealthCheckOptions _options;

    /// <summary>Creates a check.</summary>
    /// <param name="nodeName">The node's name; empty for the one without a name.</param>
    /// <param name="log">The node, or <see langword="null"/> where nobody added it.</param>
    /// <param name="options">From where on it counts as unwell.</param>
    public StreamLogHealthCheck(string nodeName, HostedStreamLog? log, StreamLogHealthCheckOptions options)
    {
        _nodeName = nodeName;
        _log = log;
        _options = options;
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HealthStatus failure = context.Registration.FailureStatus;
        if (_log is null)
        {
            return Task.FromResult(new HealthCheckResult(
                failure,
                "There is no such StreamLog node. Call AddStreamLog(" +
                $"{(_nodeName.Length == 0 ? "" : $"\"{_nodeName}\"")}) on the services too."));
        }

        if (!_log.IsStarted)
            return Task.FromResult(new HealthCheckResult(failure, "The StreamLog node has not started yet."));

        NodeHealth health;
        try
        {
            health = _log.Health;
        }
        catch (ObjectDisposedException)
        {
            return Task.FromResult(new HealthCheckResult(failure, "The StreamLog node has stopped."));
        }

        HealthJudgement judgement = HealthJudgement.Of(health, _options);
        return Task.FromResult(new HealthCheckResult(
            judgement.Status == HealthStatus.Unhealthy ? failure : judgement.Status,
            judgement.Description,
            health.DirectoryFailure ?? health.OfflinePartitions.Values.FirstOrDefault(reason => reason is not null),
            DataOf(health)));
    }

    private static Dictionary<string, object> DataOf(NodeHealth health) => new(StringComparer.Ordinal)
    {
        ["offlinePartitions"] = health.OfflinePartitions.Count,
        ["findings"] = health.Findings.Count,
        ["availableBytes"] = health.AvailableBytes,
        ["largestGroupLag"] = health.GroupLags.Count == 0 ? 0 : health.GroupLags.Values.Max(),
    };
}
