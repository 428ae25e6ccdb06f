namespace StreamLog.Clients.Producing;

/// <summary>What a partition's queue waits to be told before it sends on.</summary>
internal enum QueueWait
{
    /// <summary>It waits for nothing.</summary>
    None,

    /// <summary>The producer's id.</summary>
    Identity,

    /// <summary>That the partition has joined the transaction.</summary>
    Transaction,
}
