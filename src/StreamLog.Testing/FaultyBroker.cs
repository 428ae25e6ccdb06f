using StreamLog.Protocol;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>What stands between a broker's fetch sessions and its answers: each request is recorded and meets the
/// faults, and a fetch does so with all that its client reads.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="owner">The fake Kafka.</param>
/// <param name="broker">The broker.</param>
/// <param name="face">Who answers what no fault keeps from it.</param>
internal sealed class FaultyBroker(FakeKafka owner, FakeBroker broker, IBroker face) : IBroker
{
    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis => face.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        FaultCall call = new(broker.NodeId, request, context, owner.Topics)
        {
            ApiKey = request.ApiKey,
            Cancellation = cancellationToken,
        };
        owner.Requests.Add(call, owner.Time.GetUtcNow());
        return owner.Faults.SendAsync(
            call, request, admitted => owner.AnswerAsync(broker, face, admitted, context, cancellationToken));
    }
}
