using StreamLog.Broker;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Clients;

/// <summary>A broker to which the next transaction comes once the marks of the one before are written. Without it that
/// is a matter of chance, and a producer that comes too early waits for time to pass.</summary>
internal sealed class SettledBroker(IBroker broker) : IBroker
{
    public IReadOnlyList<ApiVersionRange> SupportedApis => broker.SupportedApis;

    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (request is AddPartitionsToTxnRequest or AddOffsetsToTxnRequest or InitProducerIdRequest)
            await ((LocalBroker)broker).WaitTransactionsIdleAsync();
        return await broker.SendAsync(request, context, cancellationToken);
    }
}
