namespace StreamLog.Quotas;

/// <summary>What a quota bounds.</summary>
internal enum QuotaKind
{
    /// <summary>Bytes appended.</summary>
    Produce,

    /// <summary>Bytes read.</summary>
    Fetch,

    /// <summary>Time that requests take.</summary>
    Request,

    /// <summary>Partitions created and deleted.</summary>
    Mutation,

    /// <summary>Connections that are opened.</summary>
    Connection,
}
