namespace StreamLog.Diagnostics;

/// <summary>The names of tags: OpenTelemetry's for messaging, the Kafka collector's for the state of the log, and
/// ours.</summary>
internal static class MetricTags
{
    /// <summary>The name of a node that is not the only one of its host.</summary>
    public const string Node = "streamlog.node.name";

    /// <summary>The messaging system. OpenTelemetry requires it.</summary>
    public const string System = "messaging.system";

    /// <summary>The value of <see cref="System"/>.</summary>
    public const string SystemName = "streamlog";

    /// <summary>What a client did: <c>send</c>, <c>receive</c>, <c>process</c>, <c>commit</c>.</summary>
    public const string OperationName = "messaging.operation.name";

    /// <summary>The kind of what a client did, as OpenTelemetry lists them.</summary>
    public const string OperationType = "messaging.operation.type";

    /// <summary>The topic of a client's operation.</summary>
    public const string Destination = "messaging.destination.name";

    /// <summary>The partition of a client's operation.</summary>
    public const string DestinationPartition = "messaging.destination.partition.id";

    /// <summary>The group of a consumer.</summary>
    public const string ConsumerGroup = "messaging.consumer.group.name";

    /// <summary>The offset of a record.</summary>
    public const string Offset = "messaging.kafka.offset";

    /// <summary>How many records an operation was about.</summary>
    public const string BatchMessageCount = "messaging.batch.message_count";

    /// <summary>The kind of a failure: the name of an <see cref="ErrorCode"/>, or of an exception's type.</summary>
    public const string ErrorType = "error.type";

    /// <summary>A topic, as the collector names it.</summary>
    public const string Topic = "topic";

    /// <summary>A partition, as the collector names it.</summary>
    public const string Partition = "partition";

    /// <summary>A group, as the collector names it.</summary>
    public const string Group = "group";

    /// <summary>Why something happened, by a word.</summary>
    public const string Reason = "streamlog.reason";

    /// <summary>Kafka's name of a request.</summary>
    public const string Api = "streamlog.api";

    /// <summary>Where records were read from: <c>memory</c> or <c>file</c>.</summary>
    public const string Source = "streamlog.source";
}
