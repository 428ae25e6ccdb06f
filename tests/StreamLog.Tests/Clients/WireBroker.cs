using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Tests.Clients;

/// <summary>A broker as if at the other end of a wire: requests and answers become bytes and come back, in the newest
/// version that both sides and the request itself allow. What a version has no room for does not get there.</summary>
internal sealed class WireBroker : IBroker
{
    // Behind these topics have ids alone, which clients do not give.
    private static readonly (ApiKey Api, short Max)[] Named = [(ApiKey.OffsetCommit, 9), (ApiKey.OffsetFetch, 9)];

    private readonly IBroker _inner;
    private readonly ApiVersionRange[] _spoken;

    /// <param name="inner">The broker.</param>
    /// <param name="limits">Which APIs it speaks only in older versions, up to which, or not at all.</param>
    public WireBroker(IBroker inner, params (ApiKey Api, short Max)[] limits)
    {
        _inner = inner;
        _spoken =
        [
            .. inner.SupportedApis
                .Select(range => Named.Concat(limits).Where(limit => limit.Api == range.ApiKey).Aggregate(
                    range, (limited, limit) => limited with { MaxVersion = limit.Max }))
                .Where(range => range.MaxVersion >= range.MinVersion),
        ];
    }

    public IReadOnlyList<ApiVersionRange> SupportedApis => _spoken;

    /// <summary>Gets the versions in which requests were sent, in order.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<(ApiKey Api, short Version)> Sent { get; } = new();

    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ApiVersionRange range = Array.Find(_spoken, spoken => spoken.ApiKey == request.ApiKey);
        if (range == default || !Apis.TryGet(request.ApiKey, out ApiDescription? api))
            throw new StreamLogException(ErrorCode.UnsupportedVersion, $"Nobody speaks {request.ApiKey} here.");

        short version = Math.Min(range.MaxVersion, api.Versions.MaxVersion);
        if (request is IVersionedRequest versioned)
            version = Math.Min(version, versioned.Version);
        Sent.Enqueue((request.ApiKey, version));
        object read = Carry(request, version, api.WriteRequest, api.ReadRequest);
        try
        {
            object response = await api.SendAsync(_inner, read, context, cancellationToken);
            try
            {
                return (TResponse)Carry(response, version, api.WriteResponse, api.ReadResponse);
            }
            finally
            {
                (response as IDisposable)?.Dispose();
            }
        }
        finally
        {
            (read as IDisposable)?.Dispose();
        }
    }

    private delegate void Writing(object message, ref WireWriter writer, short version);

    private delegate object Reading(ref WireReader reader, short version);

    private static object Carry(object message, short version, Writing write, Reading read)
    {
        WireWriter writer = new(1024);
        try
        {
            write(message, ref writer, version);
            WireReader reader = new(writer.Written);
            return read(ref reader, version);
        }
        finally
        {
            writer.Dispose();
        }
    }
}
