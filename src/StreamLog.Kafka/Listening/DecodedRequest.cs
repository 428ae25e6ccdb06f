using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Wire;

namespace StreamLog.Kafka.Listening;

/// <summary>A request as it came over a connection.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Api">Its API.</param>
/// <param name="Message">The request itself. One that holds record buffers is to be disposed.</param>
internal sealed record DecodedRequest(RequestHeader Header, ApiDescription Api, object Message)
{
    /// <summary>Gets the answer where there is no need to ask the broker, or <see langword="null"/>.</summary>
    public object? Answer { get; private init; }

    /// <summary>Gets the version that the response is written in.</summary>
    public short ResponseVersion { get; private init; } = Header.ApiVersion;

    /// <summary>Gets whether requests of its kind may be under way at the same time: the broker applies them in the
    /// order in which they are begun.</summary>
    public bool IsProduce => Message is ProduceRequest;

    /// <summary>Gets whether the client waits for no answer.</summary>
    public bool IsUnanswered => Message is ProduceRequest { Acks: 0 };

    /// <summary>Gets whether it may wait long without doing anything, so that nothing is lost where the wait is
    /// cut.</summary>
    public bool IsLongPoll =>
        Message is FetchRequest or ShareFetchRequest or JoinGroupRequest or SyncGroupRequest;

    /// <summary>Reads a request.</summary>
    /// <param name="frame">The frame. Record batches stay slices of it.</param>
    /// <param name="supported">What the broker speaks.</param>
    /// <returns>The request.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the broker does not speak the API in that
    /// version; Kafka closes the connection upon either.</exception>
    public static DecodedRequest Read(RecordBuffer frame, SupportedVersions supported)
    {
        WireReader reader = new(frame);
        RequestHeader header = RequestHeader.Read(ref reader);
        if (!Apis.TryGet(header.ApiKey, out ApiDescription? api) ||
            supported.Find(header.ApiKey) is not { } range)
        {
            throw new StreamLogException(
                ErrorCode.InvalidRequest, $"There is no API {(short)header.ApiKey} here. ApiVersions tells which are.");
        }

        if (range.Contains(header.ApiVersion) && api.Versions.Contains(header.ApiVersion))
            return new DecodedRequest(header, api, api.ReadRequest(ref reader, header.ApiVersion));
        if (header.ApiKey == ApiKey.ApiVersions)
        {
            return new DecodedRequest(header, api, new ApiVersionsRequest())
            {
                Answer = ApiVersionsFallback.CreateResponse(range),
                ResponseVersion = ApiVersionsFallback.ResponseVersion,
            };
        }

        throw new StreamLogException(
            ErrorCode.UnsupportedVersion,
            $"{header.ApiKey} is spoken in the versions {range.MinVersion} to {range.MaxVersion} here, and not in " +
            $"{header.ApiVersion}.");
    }
}
