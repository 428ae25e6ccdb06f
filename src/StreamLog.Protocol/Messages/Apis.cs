using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Protocol.Messages;

/// <summary>The APIs whose messages are declared here: a table by key. Immutable.</summary>
public static partial class Apis
{
    // The index is made from the list, so the list comes first.
    private static readonly ApiDescription[] Described = Describe();
    private static readonly ApiDescription?[] ByKey = Index();

    /// <summary>Gets all APIs, in the order of their keys.</summary>
    public static IReadOnlyList<ApiDescription> All => Described;

    /// <summary>Finds an API.</summary>
    /// <param name="apiKey">Its key, perhaps one that nobody knows.</param>
    /// <param name="api">The API.</param>
    /// <returns><see langword="true"/> if there is one.</returns>
    public static bool TryGet(ApiKey apiKey, [NotNullWhen(true)] out ApiDescription? api)
    {
        uint index = (uint)apiKey;
        api = index < (uint)ByKey.Length ? ByKey[index] : null;
        return api is not null;
    }

    private static partial ApiDescription[] Describe();

    private static ApiDescription?[] Index()
    {
        ApiDescription?[] index = new ApiDescription?[(int)Described[^1].Versions.ApiKey + 1];
        foreach (ApiDescription api in Described)
            index[(int)api.Versions.ApiKey] = api;
        return index;
    }
}
