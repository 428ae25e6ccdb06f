namespace StreamLog.Metadata;

/// <summary>What an incremental change does to a setting, by Kafka's numbers.</summary>
internal enum ConfigOperation
{
    /// <summary>Gives it a value.</summary>
    Set = 0,

    /// <summary>Takes its value away, so that the node's holds.</summary>
    Delete = 1,

    /// <summary>Adds texts to a list.</summary>
    Append = 2,

    /// <summary>Takes texts out of a list.</summary>
    Subtract = 3,
}
