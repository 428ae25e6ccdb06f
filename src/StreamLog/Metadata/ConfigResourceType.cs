namespace StreamLog.Metadata;

/// <summary>The kinds of things that have settings, by Kafka's numbers.</summary>
internal enum ConfigResourceType
{
    /// <summary>None that is known.</summary>
    Unknown = 0,

    /// <summary>A topic.</summary>
    Topic = 2,

    /// <summary>A node.</summary>
    Broker = 4,

    /// <summary>The loggers of a node. Their levels are set where the application configures its logging.</summary>
    BrokerLogger = 8,

    /// <summary>What clients are asked to measure. Nothing is ever asked of them here.</summary>
    ClientMetrics = 16,

    /// <summary>A group, which need not be there yet.</summary>
    Group = 32,
}
