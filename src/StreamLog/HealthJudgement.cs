using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace StreamLog;

/// <summary>What a picture of a node's health amounts to. Immutable.</summary>
/// <param name="Status">The worst of what was found.</param>
/// <param name="Description">A sentence for each finding, with the remedy.</param>
internal sealed record HealthJudgement(HealthStatus Status, string Description)
{
    // So many partitions are named; a disk that is gone takes thousands along.
    private const int NamesMax = 3;

    private const long DegradedDiskBytes = 1024L * 1024 * 1024;
    private const long UnhealthyDiskBytes = 64L * 1024 * 1024;
    private const int DegradedMemoryShare = 4;
    private const int UnhealthyMemoryShare = 16;

    /// <summary>Judges a node.</summary>
    /// <param name="health">The picture.</param>
    /// <param name="options">From where on a node counts as unwell.</param>
    /// <param name="silence">Why the cluster does not answer, or <see langword="null"/>.</param>
    /// <returns>The judgement.</returns>
    public static HealthJudgement Of(
        NodeHealth health, StreamLogHealthCheckOptions options, StreamLogException? silence = null)
    {
        (HealthStatus Status, string Sentence)[] findings = [.. Find(health, options)];
        if (silence is not null)
        {
            string sentence = $"No broker of the cluster that was asked answers: {silence.Message}";
            findings = [(HealthStatus.Unhealthy, sentence), .. findings];
        }

        return findings.Length == 0
            ? new HealthJudgement(HealthStatus.Healthy, "The log can be read and written.")
            : new HealthJudgement(
                findings.Min(finding => finding.Status), // The worse, the smaller the number.
                string.Join(' ', findings.Select(finding => finding.Sentence)));
    }

    private static IEnumerable<(HealthStatus Status, string Sentence)> Find(
        NodeHealth health, StreamLogHealthCheckOptions options)
    {
        if (health.DirectoryFailure is { } failure)
            yield return (HealthStatus.Unhealthy, failure.Message);
        if (health.OfflinePartitions.Count > 0)
        {
            yield return (
                HealthStatus.Unhealthy,
                $"Partitions are offline: {Names(health.OfflinePartitions.Keys)}. The log says why, and what can be " +
                "done.");
        }

        if (health.Findings.Count > 0)
        {
            yield return (
                HealthStatus.Degraded,
                $"Damage was found in {Names(health.Findings.Select(finding => finding.Partition).Distinct())}. The " +
                "log says where. Restore the files from a backup, or have the partitions repaired.");
        }

        HealthStatus space = SpaceOf(health, options);
        if (space != HealthStatus.Healthy)
        {
            string place = health.MemoryLimit is null ? "disk are left. Free some" : "MemoryLimit are left. Raise it";
            yield return (
                space,
                $"Only {Text(health.AvailableBytes)} bytes of {place}, or let old records go by retention.ms and " +
                "retention.bytes. Without room appends are refused.");
        }

        foreach ((string group, long lag) in health.GroupLags)
        {
            HealthStatus behind = StatusOf(lag >= options.UnhealthyLag, lag >= options.DegradedLag);
            if (behind != HealthStatus.Healthy)
                yield return (behind, $"The group '{group}' is {Text(lag)} records behind. Is its consumer running?");
        }

        foreach ((HealthStatus, string) finding in health.Handlers.SelectMany(handler => Find(handler, options)))
            yield return finding;
    }

    private static IEnumerable<(HealthStatus Status, string Sentence)> Find(
        HandlerHealth handler, StreamLogHealthCheckOptions options)
    {
        string name = $"The handler of group '{handler.Group}' on topic '{handler.Topic}'";
        if (handler.Failure is { } failure)
        {
            string trouble = handler.State switch
            {
                HandlerState.Stopped => "has stopped",
                HandlerState.Running => "cannot put a record aside",
                _ => "cannot read",
            };
            yield return (HealthStatus.Unhealthy, $"{name} {trouble}: {failure.Message}");
        }

        if (handler.Paused.Count > 0)
        {
            string more = handler.Paused.Count == 1 ? "" : $" and {Text(handler.Paused.Count - 1)} more";
            yield return (
                HealthStatus.Unhealthy,
                $"{name} has failed on {handler.Paused[0]}{more}, and does not pass. The log says why.");
        }

        HealthStatus late = StatusOf(
            handler.OldestAge >= options.UnhealthyHandlingAge, handler.OldestAge >= options.DegradedHandlingAge);
        if (late != HealthStatus.Healthy)
        {
            yield return (
                late,
                $"{name} has had {handler.Oldest} for {Text((long)handler.OldestAge.TotalSeconds)} s. Nothing behind " +
                "it is committed before it is done.");
        }
    }

    private static HealthStatus SpaceOf(NodeHealth health, StreamLogHealthCheckOptions options)
    {
        long unhealthy = options.UnhealthyAvailableBytes
            ?? health.MemoryLimit / UnhealthyMemoryShare ?? UnhealthyDiskBytes;
        long degraded = options.DegradedAvailableBytes ?? health.MemoryLimit / DegradedMemoryShare ?? DegradedDiskBytes;
        return StatusOf(health.AvailableBytes < unhealthy, health.AvailableBytes < degraded);
    }

    private static HealthStatus StatusOf(bool isUnhealthy, bool isDegraded) => isUnhealthy
        ? HealthStatus.Unhealthy
        : isDegraded ? HealthStatus.Degraded : HealthStatus.Healthy;

    private static string Names(IEnumerable<TopicPartition> partitions)
    {
        TopicPartition[] all = [.. partitions];
        string some = string.Join(", ", all.Take(NamesMax));
        return all.Length <= NamesMax ? some : $"{some} and {Text(all.Length - NamesMax)} more";
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
