namespace StreamLog.Metadata;

/// <summary>Where the value of a setting comes from, by Kafka's numbers.</summary>
internal enum ConfigSource
{
    /// <summary>The topic sets it.</summary>
    Topic = 1,

    /// <summary>The node's options set it.</summary>
    NodeOptions = 4,

    /// <summary>Nobody sets it.</summary>
    Default = 5,

    /// <summary>The group sets it.</summary>
    Group = 8,
}
