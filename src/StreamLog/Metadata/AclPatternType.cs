namespace StreamLog.Metadata;

/// <summary>How the name in a rule of access is meant, as Kafka numbers it.</summary>
internal enum AclPatternType : sbyte
{
    /// <summary>Of a filter: either.</summary>
    Any = 1,

    /// <summary>Of a filter: whatever holds for the name.</summary>
    Match = 2,

    /// <summary>The name itself, or * for every name.</summary>
    Literal = 3,

    /// <summary>Every name that begins so.</summary>
    Prefixed = 4,
}
