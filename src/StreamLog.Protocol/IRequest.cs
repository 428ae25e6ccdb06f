namespace StreamLog.Protocol;

/// <summary>A request of the Kafka protocol, independent of any version of it.</summary>
/// <typeparam name="TResponse">The response that answers it.</typeparam>
/// <remarks>Not thread-safe. A request belongs to its sender until it is sent, and to the callee until that
/// completes.</remarks>
public interface IRequest<TResponse>
    where TResponse : class
{
    /// <summary>Gets the API that the request calls.</summary>
    ApiKey ApiKey { get; }
}
