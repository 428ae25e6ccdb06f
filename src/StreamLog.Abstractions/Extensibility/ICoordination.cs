using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>An ordered log of cluster metadata on which all nodes agree, and the right to append to it.</summary>
/// <remarks>
/// Thread-safe. What stands behind it is a quorum of the nodes themselves, of one at the least, or an outside service.
/// The records are opaque here; above, they are Kafka's metadata records.
/// </remarks>
[Experimental("STREAMLOG001")]
public interface ICoordination : IAsyncDisposable
{
    /// <summary>Starts: hands over the newest snapshot, if there is one, and every committed batch behind it, in order;
    /// and from then on each new one as it is committed.</summary>
    /// <param name="listener">Who hears of them, one call at a time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when all that was committed before the start has been handed over.</returns>
    ValueTask StartAsync(IMetadataListener listener, CancellationToken cancellationToken);

    /// <summary>Waits until this node is, or has become, the controller.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The controller's epoch. It never sinks, and rises unless the controller is the same node, which has
    /// stopped in order and left nothing open.</returns>
    ValueTask<int> CampaignAsync(CancellationToken cancellationToken);

    /// <summary>Appends records as one batch: all of them are committed, or none is.</summary>
    /// <param name="controllerEpoch">The epoch of which the caller is the controller.</param>
    /// <param name="expectedEndOffset">The end of the log that the records are based on.</param>
    /// <param name="records">The records.</param>
    /// <param name="cancellationToken">Stops the wait; the records may be committed all the same.</param>
    /// <returns>The offset behind the last record, once it is committed and the listener has heard of it.</returns>
    /// <exception cref="StreamLogException">
    /// <see cref="ErrorCode.NotController"/>: a newer controller has taken over.
    /// <see cref="ErrorCode.InvalidUpdateVersion"/>: the log has moved on. <see cref="ErrorCode.KafkaStorageError"/>:
    /// the log's disk has failed.
    /// </exception>
    ValueTask<long> AppendAsync(
        int controllerEpoch,
        long expectedEndOffset,
        IReadOnlyList<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken);

    /// <summary>Keeps a snapshot: what all committed batches before an offset amount to. Later starts begin with it,
    /// and what lies before it may be given up. One call at a time; appends go on meanwhile.</summary>
    /// <param name="endOffset">The offset behind the last record that it stands for, which is committed.</param>
    /// <param name="controllerEpoch">The epoch of the controller that wrote that record.</param>
    /// <param name="records">The records of the snapshot; gone through once, within the call.</param>
    /// <param name="cancellationToken">Gives up, between records. The snapshots there are stay.</param>
    /// <returns>A task that completes when the snapshot will outlive a power failure.</returns>
    /// <exception cref="StreamLogException">It could not be kept: the disk is full, say. All else goes on, and a later
    /// one may be.</exception>
    ValueTask SnapshotAsync(
        long endOffset,
        int controllerEpoch,
        IEnumerable<ReadOnlyMemory<byte>> records,
        CancellationToken cancellationToken);
}
