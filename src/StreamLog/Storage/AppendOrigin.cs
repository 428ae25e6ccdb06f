namespace StreamLog.Storage;

/// <summary>Who hands batches to <see cref="PartitionLog.AppendAsLeader"/>, as Kafka distinguishes them.</summary>
internal enum AppendOrigin
{
    /// <summary>A client. It may not append control batches.</summary>
    Client,

    /// <summary>
    /// A coordinator of this node: end-of-transaction markers, and the records of the internal topics.
    /// </summary>
    Coordinator,

    /// <summary>The quorum that keeps the metadata log: leader changes.</summary>
    Quorum,
}
