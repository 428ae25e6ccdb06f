namespace StreamLog.Metadata;

/// <summary>Whether a rule of access forbids or permits, as Kafka numbers it.</summary>
internal enum AclPermission : sbyte
{
    /// <summary>Of a filter: either.</summary>
    Any = 1,

    /// <summary>It forbids.</summary>
    Deny = 2,

    /// <summary>It permits.</summary>
    Allow = 3,
}
