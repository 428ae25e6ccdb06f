namespace StreamLog.Clients.Handling;

/// <summary>Which records of a partition are handled one after another.</summary>
internal enum LaneOrder
{
    /// <summary>All.</summary>
    Partition,

    /// <summary>Those with the same key.</summary>
    Key,

    /// <summary>None.</summary>
    Nothing,
}
