using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Transactions;

namespace StreamLog.Broker.Handlers;

/// <summary>Tells which APIs the broker speaks, and in which versions.</summary>
internal sealed class ApiVersionsHandler : ApiHandler<ApiVersionsRequest, ApiVersionsResponse>
{
    private const string TransactionFeature = "transaction.version";

    private IReadOnlyList<ApiVersionRange> _supported = [];

    /// <summary>Tells the handler what the whole broker speaks, before its first request.</summary>
    /// <param name="supported">The APIs, in the order of their keys.</param>
    public void Announce(IReadOnlyList<ApiVersionRange> supported) => _supported = supported;

    /// <inheritdoc/>
    protected override ValueTask<ApiVersionsResponse> HandleAsync(
        ApiVersionsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        // The level never changes, so its epoch does not either.
        ApiVersionsResponse response = new()
        {
            SupportedFeatures =
            [
                new() { Name = TransactionFeature, MaxVersion = TransactionRules.EpochPerTransaction },
            ],
            FinalizedFeaturesEpoch = 0,
            FinalizedFeatures =
            [
                new()
                {
                    Name = TransactionFeature,
                    MinVersionLevel = TransactionRules.EpochPerTransaction,
                    MaxVersionLevel = TransactionRules.EpochPerTransaction,
                },
            ],
        };
        foreach (ApiVersionRange api in _supported)
        {
            response.ApiKeys.Add(new ApiVersionsResponse.ApiVersion
            {
                ApiKey = api.ApiKey,
                MinVersion = api.MinVersion,
                MaxVersion = api.MaxVersion,
            });
        }

        return new ValueTask<ApiVersionsResponse>(response);
    }
}
