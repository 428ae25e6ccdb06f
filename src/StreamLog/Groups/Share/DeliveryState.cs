namespace StreamLog.Groups.Share;

/// <summary>What is with a record for a share group. The numbers are Kafka's.</summary>
internal enum DeliveryState : sbyte
{
    /// <summary>It is to be delivered, for the first time or again.</summary>
    Available = 0,

    /// <summary>A member has it, until its lock runs out.</summary>
    Acquired = 1,

    /// <summary>A member has done it.</summary>
    Acknowledged = 2,

    /// <summary>It is given up, or there is no record at that offset.</summary>
    Archived = 4,
}
