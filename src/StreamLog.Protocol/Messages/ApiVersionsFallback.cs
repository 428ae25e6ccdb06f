namespace StreamLog.Protocol.Messages;

/// <summary>Answers an ApiVersions request whose version is not known: the one request that is never refused.</summary>
/// <remarks>
/// A client asks with the newest version that it speaks. A broker that does not know it answers in version 0, which
/// every client reads, with <see cref="ErrorCode.UnsupportedVersion"/> and its own range; the client then asks again
/// (KIP-511). The body of the request is not read. Stateless.
/// </remarks>
public static class ApiVersionsFallback
{
    /// <summary>The version that the answer is written in.</summary>
    public const short ResponseVersion = 0;

    /// <summary>Tells whether a request is to be answered so.</summary>
    /// <param name="header">The header of the request.</param>
    /// <returns><see langword="true"/> for ApiVersions in a version that is not known.</returns>
    public static bool IsNeeded(RequestHeader header) =>
        header.ApiKey == ApiKey.ApiVersions && !Range.Contains(header.ApiVersion);

    /// <summary>Creates the answer.</summary>
    /// <returns>The response, to be written in <see cref="ResponseVersion"/>.</returns>
    public static ApiVersionsResponse CreateResponse() => CreateResponse(Range);

    /// <summary>Creates the answer of a broker that speaks fewer versions of ApiVersions than there are.</summary>
    /// <param name="spoken">The versions that it speaks.</param>
    /// <returns>The response, to be written in <see cref="ResponseVersion"/>.</returns>
    public static ApiVersionsResponse CreateResponse(ApiVersionRange spoken) => new()
    {
        ErrorCode = ErrorCode.UnsupportedVersion,
        ApiKeys =
        [
            new ApiVersionsResponse.ApiVersion
            {
                ApiKey = ApiKey.ApiVersions,
                MinVersion = spoken.MinVersion,
                MaxVersion = spoken.MaxVersion,
            },
        ],
    };

    private static ApiVersionRange Range =>
        new(ApiKey.ApiVersions, ApiVersionsRequest.MinVersion, ApiVersionsRequest.MaxVersion);
}
