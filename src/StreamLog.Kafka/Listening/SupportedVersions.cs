using StreamLog.Protocol;

namespace StreamLog.Kafka.Listening;

/// <summary>What a broker speaks, by key. Immutable.</summary>
internal sealed class SupportedVersions
{
    private readonly ApiVersionRange?[] _byKey;

    private SupportedVersions(IReadOnlyList<ApiVersionRange> source)
    {
        Source = source;
        _byKey = new ApiVersionRange?[source.Count == 0 ? 0 : source.Max(range => (int)range.ApiKey) + 1];
        foreach (ApiVersionRange range in source)
            _byKey[(int)range.ApiKey] = range;
    }

    private IReadOnlyList<ApiVersionRange> Source { get; }

    /// <summary>Returns what a broker speaks now.</summary>
    /// <param name="broker">The broker. One whose list changes has a new one.</param>
    /// <param name="known">What was returned before, or <see langword="null"/>.</param>
    /// <returns>The same again, where nothing has changed.</returns>
    public static SupportedVersions Of(IBroker broker, SupportedVersions? known)
    {
        IReadOnlyList<ApiVersionRange> source = broker.SupportedApis;
        return known is not null && ReferenceEquals(known.Source, source) ? known : new SupportedVersions(source);
    }

    /// <summary>Finds an API.</summary>
    /// <param name="apiKey">Its key, perhaps one that nobody knows.</param>
    /// <returns>The versions spoken, or <see langword="null"/> where it is not.</returns>
    public ApiVersionRange? Find(ApiKey apiKey) =>
        (uint)apiKey < (uint)_byKey.Length ? _byKey[(int)apiKey] : null;
}
