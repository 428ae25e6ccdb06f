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

    /// <summary>A group, which need not be there yet.</summary>
    Group = 32,
}
