using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamLog.Metadata;
using StreamLog.Protocol;

namespace StreamLog.Authorization;

/// <summary>Decides who may do what, by the rules of the metadata log, as Kafka's StandardAuthorizer does.</summary>
/// <remarks>
/// What forbids goes before what permits; what no rule of the resource permits is forbidden, and so is what has no
/// rules at all, unless the options say otherwise. Super users may do everything. Thread-safe.
/// </remarks>
internal sealed partial class Authorizer
{
    private readonly Func<ClusterImage> _image;
    private readonly HashSet<string> _superUsers;
    private readonly bool _allowWithoutRules;
    private readonly ILogger _logger;

    // The rules of the newest image that somebody asked about, and their index.
    private Indexed _indexed = new(ImmutableDictionary<Guid, AccessRule>.Empty, new AclIndex([]));

    /// <summary>Creates an authorizer.</summary>
    /// <param name="options">Who the super users are, and what holds without rules.</param>
    /// <param name="image">Returns the newest image.</param>
    /// <param name="logger">Where to log.</param>
    public Authorizer(SecurityOptions options, Func<ClusterImage> image, ILogger logger)
    {
        IsOn = options.Acls;
        _image = image;
        _superUsers = new HashSet<string>(options.SuperUsers, StringComparer.Ordinal);
        _allowWithoutRules = options.AllowEveryoneIfNoAcl;
        _logger = logger;
    }

    /// <summary>Gets whether there are rules at all: where not, everybody may do everything.</summary>
    public bool IsOn { get; }

    /// <summary>Gets the newest image.</summary>
    public ClusterImage Image => _image();

    /// <summary>Tells whether a caller may do something.</summary>
    /// <param name="context">The caller.</param>
    /// <param name="operation">What.</param>
    /// <param name="type">The kind of resource.</param>
    /// <param name="name">The resource.</param>
    /// <param name="isAsked">Whether it was asked for, so that a refusal is worth a line in the log.</param>
    /// <returns>Whether it may.</returns>
    public bool Permits(
        RequestContext context, AclOperation operation, AclResourceType type, string name, bool isAsked = true)
    {
        bool isPermitted = Decide(context, operation, type, name);
        if (!isPermitted && isAsked)
            Log.Denied(_logger, context.Principal, context.ClientHost, operation, type, name);
        return isPermitted;
    }

    /// <summary>Tells whether there is any resource with which a caller may do something.</summary>
    /// <param name="context">The caller.</param>
    /// <param name="operation">What.</param>
    /// <param name="type">The kind of resource.</param>
    /// <returns>Whether there is.</returns>
    public bool PermitsAny(RequestContext context, AclOperation operation, AclResourceType type)
    {
        // Super users, and where no rules mean permission, need none.
        if (Decide(context, operation, type, "hardcode"))
            return true;

        List<AccessRule> own = [];
        foreach (AccessRule rule in Index().All(type))
        {
            if (IsAbout(rule, context) && (rule.Operation == operation || rule.Operation == AclOperation.All))
                own.Add(rule);
        }

        AccessRule[] denials = [.. own.Where(rule => rule.Permission == AclPermission.Deny)];
        return !denials.Any(IsForEveryName)
            && own.Any(rule => rule.Permission == AclPermission.Allow && !denials.Any(denial => Covers(denial, rule)));
    }

    private static bool IsForEveryName(AccessRule rule) =>
        rule is { PatternType: AclPatternType.Literal, ResourceName: AccessRule.Wildcard };

    // What is forbidden for all names that something is permitted for.
    private static bool Covers(AccessRule denial, AccessRule rule) => denial.PatternType == AclPatternType.Prefixed
        ? !IsForEveryName(rule) && rule.ResourceName.StartsWith(denial.ResourceName, StringComparison.Ordinal)
        : rule.PatternType == AclPatternType.Literal && denial.ResourceName == rule.ResourceName;

    private static bool IsAbout(AccessRule rule, RequestContext context) =>
        (rule.Principal == context.Principal || rule.Principal == AccessRule.Everybody)
        && (rule.Host == AccessRule.Wildcard || context.ClientHost.AsSpan().TrimStart('/').SequenceEqual(rule.Host));

    // What lets read, write, delete or alter lets see as well; what forbids these does not forbid to see.
    private static bool Includes(AccessRule rule, AclOperation operation)
    {
        if (rule.Operation == AclOperation.All || rule.Operation == operation)
            return true;
        if (rule.Permission == AclPermission.Deny)
            return false;
        return operation switch
        {
            AclOperation.Describe =>
                rule.Operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
            AclOperation.DescribeConfigs => rule.Operation == AclOperation.AlterConfigs,
            _ => false,
        };
    }

    private bool Decide(RequestContext context, AclOperation operation, AclResourceType type, string name)
    {
        if (!IsOn || _superUsers.Contains(context.Principal))
            return true;

        Verdict verdict = new();
        AclIndex index = Index();
        foreach (AccessRule rule in index.Literal(type, name))
            Hear(ref verdict, rule, context, operation);
        if (name != AccessRule.Wildcard)
        {
            foreach (AccessRule rule in index.Literal(type, AccessRule.Wildcard))
                Hear(ref verdict, rule, context, operation);
        }

        foreach (AccessRule rule in index.Prefixed(type))
        {
            if (name.StartsWith(rule.ResourceName, StringComparison.Ordinal))
                Hear(ref verdict, rule, context, operation);
        }

        if (!verdict.HasRules)
            return _allowWithoutRules;
        return verdict.IsAllowed && !verdict.IsDenied;
    }

    private static void Hear(ref Verdict verdict, AccessRule rule, RequestContext context, AclOperation operation)
    {
        verdict.HasRules = true;
        if (!IsAbout(rule, context) || !Includes(rule, operation))
            return;
        if (rule.Permission == AclPermission.Allow)
            verdict.IsAllowed = true;
        else
            verdict.IsDenied = true;
    }

    private AclIndex Index()
    {
        ImmutableDictionary<Guid, AccessRule> rules = _image().AccessRules;
        Indexed indexed = Volatile.Read(ref _indexed);
        if (!ReferenceEquals(indexed.Rules, rules))
        {
            indexed = new Indexed(rules, new AclIndex(rules.Values));
            Volatile.Write(ref _indexed, indexed);
        }

        return indexed.Index;
    }

    private struct Verdict
    {
        public bool HasRules;
        public bool IsAllowed;
        public bool IsDenied;
    }

    private sealed record Indexed(ImmutableDictionary<Guid, AccessRule> Rules, AclIndex Index);
}
