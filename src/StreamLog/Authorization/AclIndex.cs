using StreamLog.Metadata;

namespace StreamLog.Authorization;

/// <summary>The rules of one image, found by the name of a resource. Immutable.</summary>
internal sealed class AclIndex
{
    private static readonly AccessRule[] None = [];

    private readonly Dictionary<(AclResourceType Type, string Name), AccessRule[]> _literal;
    private readonly Dictionary<AclResourceType, AccessRule[]> _prefixed;
    private readonly Dictionary<AclResourceType, AccessRule[]> _all;

    /// <summary>Indexes rules.</summary>
    /// <param name="rules">The rules.</param>
    public AclIndex(IEnumerable<AccessRule> rules)
    {
        AccessRule[] all = [.. rules];
        _literal = all
            .Where(rule => rule.PatternType == AclPatternType.Literal)
            .GroupBy(rule => (rule.ResourceType, rule.ResourceName))
            .ToDictionary(group => group.Key, group => group.ToArray());
        _prefixed = all
            .Where(rule => rule.PatternType == AclPatternType.Prefixed)
            .GroupBy(rule => rule.ResourceType)
            .ToDictionary(group => group.Key, group => group.ToArray());
        _all = all.GroupBy(rule => rule.ResourceType).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>Finds the rules of one name, which stand there under that name.</summary>
    /// <param name="type">The kind of resource.</param>
    /// <param name="name">The name, or * for those of every name.</param>
    /// <returns>The rules.</returns>
    public ReadOnlySpan<AccessRule> Literal(AclResourceType type, string name) =>
        _literal.GetValueOrDefault((type, name), None);

    /// <summary>Finds the rules for names that begin alike.</summary>
    /// <param name="type">The kind of resource.</param>
    /// <returns>The rules, for whatever beginning.</returns>
    public ReadOnlySpan<AccessRule> Prefixed(AclResourceType type) => _prefixed.GetValueOrDefault(type, None);

    /// <summary>Finds all rules of a kind of resource.</summary>
    /// <param name="type">The kind of resource.</param>
    /// <returns>The rules.</returns>
    public ReadOnlySpan<AccessRule> All(AclResourceType type) => _all.GetValueOrDefault(type, None);
}
