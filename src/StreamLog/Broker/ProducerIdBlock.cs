using StreamLog.Metadata;

namespace StreamLog.Broker;

/// <summary>Gives out producer ids, each once in the life of the cluster, out of blocks that the controller
/// gives.</summary>
/// <remarks>Owned by the broker. Thread-safe. What is left of a block when the node stops is never given out.</remarks>
internal sealed class ProducerIdBlock
{
    private readonly ClusterMetadata _metadata;
    private readonly int _nodeId;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. Ids from _next to below _end are this node's to give.
    private long _next;
    private long _end;

    /// <summary>The new block on its way, or null.</summary>
    private Task? _refill;

    /// <summary>Creates an empty block.</summary>
    /// <param name="metadata">Where to get blocks from.</param>
    /// <param name="nodeId">The node.</param>
    public ProducerIdBlock(ClusterMetadata metadata, int nodeId)
    {
        _metadata = metadata;
        _nodeId = nodeId;
    }

    /// <summary>Tells whether an id may have been given out, by this node or another.</summary>
    /// <param name="producerId">The id.</param>
    /// <returns><see langword="false"/> if nobody has it.</returns>
    public bool IsKnown(long producerId) => producerId >= 0 && producerId < _metadata.Image.NextProducerId;

    /// <summary>Takes an id.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>An id that nobody else has or had.</returns>
    public async ValueTask<long> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task refill;
            lock (_gate)
            {
                if (_next < _end)
                    return _next++;

                // All who find the block empty wait for the same new one.
                refill = _refill ??= RefillAsync();
            }

            await refill.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task RefillAsync()
    {
        // Off the caller's thread, which holds the gate.
        await Task.Yield();
        try
        {
            long first = await _metadata
                .ChangeAsync(image => Controller.AllocateProducerIds(image, _nodeId), CancellationToken.None)
                .ConfigureAwait(false);
            lock (_gate)
            {
                _next = first;
                _end = first + Controller.ProducerIdBlockLength;
            }
        }
        finally
        {
            lock (_gate)
                _refill = null;
        }
    }
}
