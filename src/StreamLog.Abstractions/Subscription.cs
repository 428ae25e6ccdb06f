namespace StreamLog;

/// <summary>Which topics a member of a group reads: some by name, or all whose names match a pattern.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed class Subscription
{
    private Subscription(IReadOnlyList<string> topics, string? pattern)
    {
        Topics = topics;
        Pattern = pattern;
    }

    /// <summary>Gets the names, each once.</summary>
    public IReadOnlyList<string> Topics { get; }

    /// <summary>Gets the pattern, or <see langword="null"/>.</summary>
    public string? Pattern { get; }

    /// <summary>Subscribes to topics by their names.</summary>
    /// <param name="topics">The names. The topics must be there when the reading begins, or be created by asking for
    /// them.</param>
    /// <returns>The subscription.</returns>
    /// <exception cref="ArgumentException">There is no name.</exception>
    public static Subscription To(params IEnumerable<string> topics)
    {
        ArgumentNullException.ThrowIfNull(topics);
        string[] names = [.. topics.Distinct(StringComparer.Ordinal)];
        return names.Length > 0
            ? new Subscription(names, pattern: null)
            : throw new ArgumentException("Name at least one topic, or give a pattern with Matching.", nameof(topics));
    }

    /// <summary>Subscribes to all topics whose whole names match a pattern, also to those that are created
    /// later.</summary>
    /// <param name="pattern">A regular expression without look-around and back-references, as RE2 has them (KIP-848).
    /// The broker checks it, or the consumer itself where the broker speaks the classic protocol alone. Internal topics
    /// never match.</param>
    /// <returns>The subscription.</returns>
    public static Subscription Matching(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new Subscription([], pattern);
    }

    /// <summary>Returns the subscription as it appears in messages.</summary>
    /// <returns>The names, or the pattern.</returns>
    public override string ToString() => Pattern ?? string.Join(", ", Topics);
}
