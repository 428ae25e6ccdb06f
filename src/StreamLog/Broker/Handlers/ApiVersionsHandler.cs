using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which APIs and features the broker speaks, and in which versions.</summary>
internal sealed class ApiVersionsHandler(BrokerParts parts) : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    // The first version that tells of the client's software.
    private const short FirstWithSoftware = 3;

    // Readers of older versions stumble over features that may be off (KAFKA-17492).
    private const short FirstWithOptionalFeatures = 4;

    private IReadOnlyList<ApiVersionRange> _advertised = [];

    /// <summary>Tells the handler what the whole broker speaks, before its first request.</summary>
    /// <param name="supported">The APIs, in the order of their keys.</param>
    public void Announce(IReadOnlyList<ApiVersionRange> supported) => _advertised =
        [.. supported.Select(api => Apis.TryGet(api.ApiKey, out ApiDescription? known) ? known.Advertised : api)];

    /// <inheritdoc/>
    protected override ValueTask<ApiVersionsResponse> HandleAsync(
        ApiVersionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (request.Version >= FirstWithSoftware && !context.IsLocal)
        {
            if (!IsLegal(request.ClientSoftwareName) || !IsLegal(request.ClientSoftwareVersion))
            {
                return new ValueTask<ApiVersionsResponse>(
                    new ApiVersionsResponse { ErrorCode = ErrorCode.InvalidRequest });
            }

            context.Session.NoteClientSoftware(request.ClientSoftwareName, request.ClientSoftwareVersion);
        }

        ApiVersionsResponse response = new();
        foreach (ApiVersionRange api in _advertised)
        {
            response.ApiKeys.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = api.ApiKey,
                MinVersion = api.MinVersion,
                MaxVersion = api.MaxVersion,
            });
        }

        FillFeatures(request.Version, response);
        return new ValueTask<ApiVersionsResponse>(response);
    }

    // Letters and digits, and between them hyphens and dots too, as in Kafka.
    private static bool IsLegal(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0]) || !char.IsAsciiLetterOrDigit(text[^1]))
            return false;

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.'))
                return false;
        }

        return true;
    }

    private void FillFeatures(short version, ApiVersionsResponse response)
    {
        ClusterImage image = parts.Metadata.Image;
        response.FinalizedFeaturesEpoch = image.EndOffset;
        foreach ((string name, (short min, short max)) in FeatureLevels.Supported)
        {
            if (min > 0 || version >= FirstWithOptionalFeatures)
            {
                response.SupportedFeatures.Add(new ApiVersionsResponse.SupportedFeatureKey
                {
                    Name = name,
                    MinVersion = min,
                    MaxVersion = max,
                });
            }

            if (FeatureLevels.Of(image, name) is > 0 and short level)
            {
                response.FinalizedFeatures.Add(new ApiVersionsResponse.FinalizedFeatureKey
                {
                    Name = name,
                    MinVersionLevel = level,
                    MaxVersionLevel = level,
                });
            }
        }
    }
}
