using System.Collections.Immutable;
using StreamLog.Protocol;

namespace StreamLog.Testing;

/// <summary>Which versions of its APIs a fake Kafka speaks, to stand for an older one.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class KafkaVersions
{
    private readonly ImmutableDictionary<ApiKey, (short Min, short Max)> _limits;
    private readonly bool _isClosed;

    private KafkaVersions(ImmutableDictionary<ApiKey, (short Min, short Max)> limits, bool isClosed)
    {
        _limits = limits;
        _isClosed = isClosed;
    }

    /// <summary>Gets all that there is.</summary>
    public static KafkaVersions All { get; } =
        new(ImmutableDictionary<ApiKey, (short Min, short Max)>.Empty, isClosed: false);

    /// <summary>Gets what Kafka 1.1 spoke.</summary>
    public static KafkaVersions Kafka11 { get; } = UpTo(
    [
        5, 7, 2, 5, -1, -1, -1, -1, 3, 3, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
    ]);

    /// <summary>Gets what Kafka 2.1 spoke: the first with zstd.</summary>
    public static KafkaVersions Kafka21 { get; } = UpTo(
    [
        7, 10, 4, 7, -1, -1, -1, -1, 6, 5, 2, 3, 2, 2, 2, 2, 2, 1, 2, 3, 3, 1, 1, 2, 1, 1, 1, 0, 2, 1, 1, 1, 2, 1, 1, 1,
        0, 1, 1, 1, 1, 1, 1,
    ]);

    /// <summary>Gets what Kafka 2.5 spoke.</summary>
    public static KafkaVersions Kafka25 { get; } = UpTo(
    [
        8, 11, 5, 9, -1, -1, -1, -1, 8, 7, 3, 7, 4, 4, 5, 5, 3, 1, 3, 5, 4, 1, 3, 3, 1, 1, 1, 0, 3, 2, 2, 2, 2, 1, 1, 1,
        2, 2, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0,
    ]);

    /// <summary>Gets what Kafka 3.0 spoke: the last without topic ids in fetches.</summary>
    public static KafkaVersions Kafka30 { get; } = UpTo(
    [
        9, 12, 7, 11, -1, -1, -1, -1, 8, 8, 4, 7, 4, 4, 5, 5, 4, 1, 3, 7, 6, 2, 4, 4, 3, 3, 3, 1, 3, 2, 2, 2, 4, 2, 2,
        2, 2, 3, 2, 2, 2, 2, 2, 2, 1, 0, 0, 0, 1, 1, 0, 0, -1, -1, -1, 0, -1, 0, -1, -1, 0, 0, -1, -1, 0, 0, 0,
    ]);

    /// <summary>Limits an API.</summary>
    /// <param name="apiKey">The API.</param>
    /// <param name="min">The lowest version.</param>
    /// <param name="max">The highest version.</param>
    /// <returns>Other limits; these stay as they are.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The highest version is below the lowest.</exception>
    public KafkaVersions With(ApiKey apiKey, short min, short max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new KafkaVersions(_limits.SetItem(apiKey, (min, max)), _isClosed);
    }

    /// <summary>Leaves an API out.</summary>
    /// <param name="apiKey">The API.</param>
    /// <returns>Other limits; these stay as they are.</returns>
    public KafkaVersions Without(ApiKey apiKey) =>
        new(_limits.SetItem(apiKey, (short.MaxValue, short.MaxValue)), _isClosed);

    internal IReadOnlyList<ApiVersionRange> Limit(IReadOnlyList<ApiVersionRange> apis)
    {
        if (_limits.IsEmpty)
            return apis;

        List<ApiVersionRange> limited = [];
        foreach (ApiVersionRange api in apis)
        {
            if (Limit(api) is { } range)
                limited.Add(range);
        }

        return limited;
    }

    private static KafkaVersions UpTo(short[] highest)
    {
        ImmutableDictionary<ApiKey, (short Min, short Max)>.Builder limits =
            ImmutableDictionary.CreateBuilder<ApiKey, (short Min, short Max)>();
        for (int key = 0; key < highest.Length; key++)
        {
            if (highest[key] >= 0)
                limits.Add((ApiKey)key, (0, highest[key]));
        }

        return new KafkaVersions(limits.ToImmutable(), isClosed: true);
    }

    private ApiVersionRange? Limit(ApiVersionRange api)
    {
        if (!_limits.TryGetValue(api.ApiKey, out (short Min, short Max) limit))
            return _isClosed ? null : api;

        short min = Math.Max(api.MinVersion, limit.Min);
        short max = Math.Min(api.MaxVersion, limit.Max);
        return min <= max ? api with { MinVersion = min, MaxVersion = max } : null;
    }
}
