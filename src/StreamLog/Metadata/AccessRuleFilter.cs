namespace StreamLog.Metadata;

/// <summary>Which rules of access somebody asks about. Immutable.</summary>
/// <param name="ResourceType">The kind of resource, or any.</param>
/// <param name="ResourceName">The name, or <see langword="null"/> for any.</param>
/// <param name="PatternType">How the name is meant.</param>
/// <param name="Principal">Who, or <see langword="null"/> for anybody.</param>
/// <param name="Host">The host, or <see langword="null"/> for any.</param>
/// <param name="Operation">What, or any.</param>
/// <param name="Permission">Which, or any.</param>
internal sealed record AccessRuleFilter(
    AclResourceType ResourceType,
    string? ResourceName,
    AclPatternType PatternType,
    string? Principal,
    string? Host,
    AclOperation Operation,
    AclPermission Permission)
{
    /// <summary>Says what is wrong with the filter.</summary>
    /// <returns>What, or <see langword="null"/>.</returns>
    public ControllerError? FindFault()
    {
        if (!Enum.IsDefined(ResourceType) || !Enum.IsDefined(PatternType))
            return new ControllerError(ErrorCode.InvalidRequest, "Unknown patternFilter.");
        return Enum.IsDefined(Operation) && Enum.IsDefined(Permission)
            ? null
            : new ControllerError(ErrorCode.InvalidRequest, "Unknown entryFilter.");
    }

    /// <summary>Tells whether a rule is asked about.</summary>
    /// <param name="rule">The rule.</param>
    /// <returns>Whether it is.</returns>
    public bool Fits(AccessRule rule) =>
        (ResourceType == AclResourceType.Any || ResourceType == rule.ResourceType)
        && FitsName(rule)
        && (Principal is null || Principal == rule.Principal)
        && (Host is null || Host == rule.Host)
        && (Operation == AclOperation.Any || Operation == rule.Operation)
        && (Permission == AclPermission.Any || Permission == rule.Permission);

    private bool FitsName(AccessRule rule)
    {
        if (PatternType is AclPatternType.Literal or AclPatternType.Prefixed && PatternType != rule.PatternType)
            return false;
        if (ResourceName is null || ResourceName == rule.ResourceName)
            return true;
        return PatternType == AclPatternType.Match && (rule.PatternType == AclPatternType.Prefixed
            ? ResourceName.StartsWith(rule.ResourceName, StringComparison.Ordinal)
            : rule.ResourceName == AccessRule.Wildcard);
    }
}
