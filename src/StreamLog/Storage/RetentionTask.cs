using Microsoft.Extensions.Logging;

namespace StreamLog.Storage;

/// <summary>Deletes the segments that the retention of their topic lets go, from time to time and on command.</summary>
/// <remarks>Owned by the directory, whose maintenance loop runs it: one turn at a time.</remarks>
internal sealed partial class RetentionTask : IMaintenanceTask
{
    public const string TaskName = "retention";

    private readonly LogDirectory _directory;
    private readonly ILogger _logger;

    public RetentionTask(LogDirectory directory, TimeSpan interval, ILogger logger)
    {
        _directory = directory;
        _logger = logger;
        Interval = interval;
    }

    public string Name => TaskName;

    public TimeSpan Interval { get; }

    public async ValueTask RunAsync(CancellationToken stopping) =>
        await ApplyAsync(topic: null, stopping).ConfigureAwait(false);

    /// <summary>Brings the logs of a topic, or of all, within their bounds. One that fails holds up no other.</summary>
    public ValueTask<RetentionReport> ApplyAsync(string? topic, CancellationToken stopping)
    {
        int partitions = 0;
        int segments = 0;
        long bytes = 0;
        Dictionary<TopicPartition, string> failures = [];
        foreach (PartitionLog log in _directory.OpenLogs())
        {
            stopping.ThrowIfCancellationRequested();
            if (topic is not null && log.TopicPartition.Topic != topic)
                continue;

            partitions++;
            try
            {
                RetentionOutcome outcome = log.ApplyRetention();
                segments += outcome.Segments;
                bytes += outcome.Bytes;
                if (outcome.Segments > 0)
                {
                    Log.Deleted(
                        _logger, log.TopicPartition, outcome.Segments, outcome.Bytes, outcome.BeyondSize,
                        log.LogStartOffset);
                }
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                failures[log.TopicPartition] = error.Message;
                Log.Failed(_logger, log.TopicPartition, error.Message);
            }
        }

        return new ValueTask<RetentionReport>(new RetentionReport
        {
            Partitions = partitions,
            Segments = segments,
            Bytes = bytes,
            Failures = failures,
        });
    }
}
