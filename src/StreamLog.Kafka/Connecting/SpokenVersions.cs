using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>The APIs and versions that a broker has said it speaks. Immutable.</summary>
internal sealed class SpokenVersions
{
    private readonly Dictionary<ApiKey, ApiVersionRange> _byKey = [];

    /// <summary>Creates it.</summary>
    /// <param name="response">What the broker has said.</param>
    public SpokenVersions(ApiVersionsResponse response)
    {
        List<ApiVersionRange> common = [];
        foreach (ApiVersionsResponse.ApiVersion spoken in response.ApiKeys)
        {
            _byKey[spoken.ApiKey] = new ApiVersionRange(spoken.ApiKey, spoken.MinVersion, spoken.MaxVersion);
            if (!Apis.TryGet(spoken.ApiKey, out ApiDescription? api))
                continue;

            short min = Math.Max(api.Versions.MinVersion, spoken.MinVersion);
            short max = Math.Min(api.Versions.MaxVersion, spoken.MaxVersion);
            if (min <= max)
                common.Add(new ApiVersionRange(spoken.ApiKey, min, max));
        }

        common.Sort(static (one, other) => one.ApiKey.CompareTo(other.ApiKey));
        Common = common;
    }

    /// <summary>Gets what both sides speak, in the order of the keys.</summary>
    public IReadOnlyList<ApiVersionRange> Common { get; }

    /// <summary>Finds the versions of an API.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns>The versions, or <see langword="null"/> where the broker does not speak it.</returns>
    public ApiVersionRange? Find(ApiKey apiKey) =>
        _byKey.TryGetValue(apiKey, out ApiVersionRange range) ? range : null;
}
