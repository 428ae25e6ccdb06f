using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StreamLog;

/// <summary>Checks the health of a node that a host has.</summary>
/// <remarks>Created for each check. Of a node it reads what that knows: it sends no request and opens nothing. Where a
/// cluster is in its place, it asks that for a sign of life.</remarks>
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
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        HealthStatus failure = context.Registration.FailureStatus;
        if (_log is null)
        {
            return new HealthCheckResult(
                failure,
                "There is no such StreamLog node. Call AddStreamLog(" +
                $"{(_nodeName.Length == 0 ? "" : $"\"{_nodeName}\"")}) on the services too.");
        }

        if (!_log.IsStarted)
            return new HealthCheckResult(failure, "The StreamLog node has not started yet.");

        NodeHealth health;
        StreamLogException? silence;
        try
        {
            health = _log.Health;
            silence = _options.ClusterTimeout is { } limit
                ? await _log.FindFailureAsync(limit, cancellationToken).ConfigureAwait(false)
                : null;
        }
        catch (ObjectDisposedException)
        {
            return new HealthCheckResult(failure, "The StreamLog node has stopped.");
        }

        HealthJudgement judgement = HealthJudgement.Of(health, _options, silence);
        return new HealthCheckResult(
            judgement.Status == HealthStatus.Unhealthy ? failure : judgement.Status,
            judgement.Description,
            silence
                ?? health.DirectoryFailure
                ?? health.OfflinePartitions.Values.FirstOrDefault(reason => reason is not null),
            DataOf(health));
    }

    private static Dictionary<string, object> DataOf(NodeHealth health) => new(StringComparer.Ordinal)
    {
        ["offlinePartitions"] = health.OfflinePartitions.Count,
        ["findings"] = health.Findings.Count,
        ["availableBytes"] = health.AvailableBytes,
        ["largestGroupLag"] = health.GroupLags.Count == 0 ? 0 : health.GroupLags.Values.Max(),
    };
}
