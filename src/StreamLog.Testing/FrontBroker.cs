using StreamLog.Protocol;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>What StreamLog's own clients of a fake Kafka speak to: its one broker, or all of several at once.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FrontBroker(FakeKafka owner, IBroker engine) : IBroker
{
    // Stands for no certain broker.
    private const int AllBrokers = -1;

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => engine.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (owner.Brokers is [FakeBroker single])
            return single.SendAsync(request, context, cancellationToken);

        FaultCall call = new(AllBrokers, request, context, owner.NameOf)
        {
            ApiKey = request.ApiKey,
            Cancellation = cancellationToken,
        };
        owner.Requests.Add(call, owner.Time.GetUtcNow());
        return owner.Faults.SendAsync(
            call, request, admitted => engine.SendAsync(admitted, context, cancellationToken));
    }
}
