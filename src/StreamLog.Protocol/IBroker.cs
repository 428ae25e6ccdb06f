namespace StreamLog.Protocol;

/// <summary>The only door to an engine: Kafka's requests, answered here or by somebody further on.</summary>
/// <remarks>
/// <para>Thread-safe. Local nodes, peers, connections to a Kafka cluster, recorders and fault injectors all are
/// brokers, so clients, listeners and replication are written once.</para>
/// <para><b>Ownership.</b> Record bytes travel in a <see cref="RecordBuffer"/>. The callee never writes to request
/// memory, but for what <see cref="RecordBuffer.HandOver"/> allows. Whoever keeps bytes past completion retains them.
/// The task never completes, not even cancelled, while the callee still reads memory that it has not retained. A
/// response with record bytes owns its leases, and its final receiver disposes it.</para>
/// <para><b>Order.</b> Two calls begun in order on one context for one partition are applied in that order.</para>
/// <para><b>Cancellation.</b> Before admission: not sent. After it: only the wait stops, and the outcome is
/// unknown.</para>
/// <para><b>Errors.</b> What Kafka answers with an error code is an error code in the response. A call throws
/// <see cref="StreamLogException"/> only where there is no response at all.</para>
/// </remarks>
public interface IBroker
{
    /// <summary>Gets the APIs and versions that the far side speaks, in the order of their keys.</summary>
    IReadOnlyList<ApiVersionRange> SupportedApis { get; }

    /// <summary>Sends a request and waits for its response.</summary>
    /// <typeparam name="TResponse">The response type that the request asks for.</typeparam>
    /// <param name="request">The request. It may not be changed or sent again before the call completes.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellationToken">Stops the wait. Once the request is admitted, its outcome is then
    /// unknown.</param>
    /// <returns>The response.</returns>
    /// <exception cref="StreamLogException">The broker has stopped, or it does not speak this API.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class;
}
