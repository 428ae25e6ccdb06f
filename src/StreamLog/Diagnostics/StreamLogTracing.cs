using System.Diagnostics;

namespace StreamLog.Diagnostics;

/// <summary>The activities of one node's clients, by OpenTelemetry's conventions for messaging.</summary>
/// <remarks>
/// Created by the node, handed down to its clients, disposed last. Thread-safe. Where nobody listens, its users look at
/// <see cref="IsListened"/> and do nothing.
/// </remarks>
internal sealed class StreamLogTracing : IDisposable
{
    private readonly ActivitySource _source;

    /// <summary>Creates the source of a node's activities.</summary>
    /// <param name="nodeName">The node's name in its host; empty for the only one. It is a tag of the source.</param>
    public StreamLogTracing(string nodeName) => _source = new ActivitySource(
        new ActivitySourceOptions(StreamLogTelemetry.ActivitySourceName)
        {
            Version = StreamLogTelemetry.Version,
            Tags = nodeName.Length == 0 ? null : [new KeyValuePair<string, object?>(MetricTags.Node, nodeName)],
        });

    /// <summary>Gets whether anybody listens.</summary>
    public bool IsListened => _source.HasListeners();

    /// <summary>Starts the activity of sending records, which ends when they are acknowledged.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, where it is known.</param>
    /// <returns>The activity, or <see langword="null"/> where nobody wants it.</returns>
    public Activity? StartSend(string topic, int? partition) => Start("send", topic, partition);

    /// <summary>Starts the activity of handing a record over that nobody waits for.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, where it is known.</param>
    /// <returns>The activity, or <see langword="null"/> where nobody wants it.</returns>
    public Activity? StartCreate(string topic, int? partition) => Start("create", topic, partition);

    /// <summary>Notes where a record stands.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="position">The place.</param>
    public static void Done(Activity activity, LogPosition position)
    {
        activity.SetTag(MetricTags.DestinationPartition, PartitionIds.Of(position.Partition));
        if (position.Offset >= 0)
            activity.SetTag(MetricTags.Offset, position.Offset);
    }

    /// <summary>Notes that an activity failed.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="failure">Why.</param>
    public static void Failed(Activity activity, Exception failure)
    {
        activity.SetTag(MetricTags.ErrorType, ErrorTypes.Of(failure));
        activity.SetStatus(ActivityStatusCode.Error, failure.Message);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    // The type of an operation has the name of the operation here.
    private Activity? Start(string operation, string topic, int? partition)
    {
        TagList tags = new()
        {
            { MetricTags.System, MetricTags.SystemName },
            { MetricTags.OperationName, operation },
            { MetricTags.OperationType, operation },
            { MetricTags.Destination, topic },
        };
        if (partition is { } known)
            tags.Add(MetricTags.DestinationPartition, PartitionIds.Of(known));
        return _source.StartActivity(
            ActivityKind.Producer, default, tags, links: null, startTime: default, $"{operation} {topic}");
    }
}
