namespace StreamLog.Kafka;

/// <summary>Sees each request and response of a listener as bytes, and may do to them what only a wire can
/// do.</summary>
/// <remarks>Thread-safe: it is asked by all connections, on their threads. An exception closes the
/// connection.</remarks>
public interface IWireSeam
{
    /// <summary>Is asked for each request, before it is applied.</summary>
    /// <param name="frame">The request: its header, and its bytes without the length before them.</param>
    /// <param name="cancellationToken">Fires when the connection closes.</param>
    /// <returns>What to do. <see cref="WireAction.Disconnect"/> and <see cref="WireAction.Swallow"/> happen before the
    /// request is applied, so that it has no effect.</returns>
    ValueTask<WireAction> OnRequestAsync(WireFrame frame, CancellationToken cancellationToken);

    /// <summary>Is asked for each response, after the request was applied.</summary>
    /// <param name="frame">The response: the header of its request, and its bytes with the length before them.</param>
    /// <param name="cancellationToken">Fires when the connection closes.</param>
    /// <returns>What to do.</returns>
    ValueTask<WireAction> OnResponseAsync(WireFrame frame, CancellationToken cancellationToken);
}
