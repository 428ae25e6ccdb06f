namespace StreamLog.Groups.Share;

/// <summary>What a member says of an acquired record. The numbers are Kafka's.</summary>
internal enum AcknowledgeType : sbyte
{
    /// <summary>There is no record at that offset.</summary>
    Gap = 0,

    /// <summary>It is done.</summary>
    Accept = 1,

    /// <summary>It is to be delivered again.</summary>
    Release = 2,

    /// <summary>It is to be given up.</summary>
    Reject = 3,

    /// <summary>It is still worked at: its lock begins anew.</summary>
    Renew = 4,
}
