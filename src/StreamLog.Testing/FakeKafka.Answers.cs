using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Testing;

public sealed partial class FakeKafka
{
    /// <summary>Has a broker answer a request that no fault keeps from it.</summary>
    internal async ValueTask<TResponse> AnswerAsync<TResponse>(
        FakeBroker broker,
        IBroker face,
        IRequest<TResponse> request,
        RequestContext context,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        bool isByTwoClocks = context.ListenerName.Length > 0 && !ReferenceEquals(Time, TimeProvider.System);
        TResponse response = isByTwoClocks && WaitOf(request) is { } wait
            ? request is ShareFetchRequest share
                ? (TResponse)(object)await SharePolls.SendAsync(face, share, context, wait, cancellationToken)
                    .ConfigureAwait(false)
                : await PollAsync(face, request, context, wait, cancellationToken).ConfigureAwait(false)
            : await face.SendAsync(request, context, cancellationToken).ConfigureAwait(false);
        switch (response)
        {
            case ApiVersionsResponse versions:
                Limit(versions, broker.Versions);
                break;
            case MetadataResponse metadata:
                metadata.ClusterId = _clusterId;
                break;
            case DescribeClusterResponse cluster:
                cluster.ClusterId = _clusterId!;
                break;
        }

        return response;
    }

    private static TimeSpan? WaitOf(object request) => request switch
    {
        FetchRequest { MaxWaitMs: > 0 } fetch => TimeSpan.FromMilliseconds(fetch.MaxWaitMs),
        ShareFetchRequest { MaxWaitMs: > 0 } fetch => TimeSpan.FromMilliseconds(fetch.MaxWaitMs),
        _ => null,
    };

    // The engine waits by the test's clock, and the client at the other end of the socket by its own: when that is
    // over it gets what there is.
    private static async ValueTask<TResponse> PollAsync<TResponse>(
        IBroker face,
        IRequest<TResponse> request,
        RequestContext context,
        TimeSpan wait,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        using CancellationTokenSource over = new(wait);
        return await PollAsync(face, request, context, over.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has a broker answer a fetch that waits for records, until the wait is called off: then with what there
    /// is.</summary>
    internal static async ValueTask<TResponse> PollAsync<TResponse>(
        IBroker face,
        IRequest<TResponse> request,
        RequestContext context,
        CancellationToken over,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(over, cancellationToken);
        try
        {
            return await face.SendAsync(request, context, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            FetchRequest again = ((FetchRequest)(object)request).WithoutSession();
            again.MaxWaitMs = 0;
            return await face.SendAsync((IRequest<TResponse>)(object)again, context, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static void Limit(ApiVersionsResponse versions, KafkaVersions limits)
    {
        if (ReferenceEquals(limits, KafkaVersions.All))
            return;

        List<ApiVersionRange> told = [.. versions.ApiKeys.Select(
            api => new ApiVersionRange(api.ApiKey, api.MinVersion, api.MaxVersion))];
        versions.ApiKeys.Clear();
        foreach (ApiVersionRange api in limits.Limit(told))
        {
            versions.ApiKeys.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = api.ApiKey,
                MinVersion = api.MinVersion,
                MaxVersion = api.MaxVersion,
            });
        }
    }
}
