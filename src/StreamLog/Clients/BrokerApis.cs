using StreamLog.Protocol;

namespace StreamLog.Clients;

/// <summary>What a broker speaks, as its clients ask: older ones take requests of another form. Stateless.</summary>
internal static class BrokerApis
{
    /// <summary>Tells whether a broker speaks an API.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="api">The API.</param>
    /// <returns>Whether it does.</returns>
    public static bool Speaks(this IBroker broker, ApiKey api) => Find(broker, api) is not null;

    /// <summary>Tells whether a broker speaks an API, and that in older versions alone. One that does not name the API
    /// tells so when it is asked.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="api">The API.</param>
    /// <param name="version">The version that would be needed.</param>
    /// <returns>Whether all that it speaks is older.</returns>
    public static bool IsBefore(this IBroker broker, ApiKey api, short version) =>
        Find(broker, api) is { } range && range.MaxVersion < version;

    // The list is that of one broker in the end, and as long as there are APIs.
    private static ApiVersionRange? Find(IBroker broker, ApiKey api)
    {
        foreach (ApiVersionRange range in broker.SupportedApis)
        {
            if (range.ApiKey == api)
                return range;
        }

        return null;
    }
}
