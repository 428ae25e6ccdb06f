using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Testing.Faults;

/// <summary>Refuses one topic of all, where a request for metadata is about all of them.</summary>
internal sealed class FailOneOfAllEffect(ErrorCode error, string topic) : FaultEffect
{
    /// <inheritdoc/>
    public override async ValueTask<TResponse> ApplyAsync<TResponse>(
        FaultCall call,
        IRequest<TResponse> request,
        Func<IRequest<TResponse>, ValueTask<TResponse>> next,
        CancellationToken lifted)
    {
        call.Refuse(topic);
        TResponse response = await next(request).ConfigureAwait(false);
        if (response is MetadataResponse metadata)
        {
            foreach (MetadataResponse.MetadataResponseTopic told in metadata.Topics.Where(told => told.Name == topic))
            {
                told.ErrorCode = error;
                told.Partitions = [];
            }
        }

        return response;
    }
}
