using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Authorization;
using StreamLog.Metadata;
using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Authorization;

/// <summary>The rules of Kafka's StandardAuthorizer.</summary>
public sealed class AuthorizerTests
{
    private readonly SecurityOptions _options = new() { Acls = true, SuperUsers = { "User:root" } };
    private ImmutableDictionary<Guid, AccessRule> _rules = ImmutableDictionary<Guid, AccessRule>.Empty;

    [Fact]
    public void What_nothing_permits_is_forbidden()
    {
        Assert.False(MayRead("alice", "orders"));

        Allow("alice", "orders", AclOperation.Read);
        Assert.True(MayRead("alice", "orders"));
        Assert.False(MayRead("alice", "order"));
        Assert.False(MayRead("alice", "orders2"));
        Assert.False(MayRead("bob", "orders"));
        Assert.False(May("alice", AclOperation.Write, "orders"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_is_forbidden_stays_so_whatever_else_is_permitted(bool denyFirst)
    {
        if (denyFirst)
            Deny("alice", "secret", AclOperation.Read, AclPatternType.Prefixed);
        Allow("alice", AccessRule.Wildcard, AclOperation.All);
        Allow("alice", "secrets", AclOperation.Read);
        if (!denyFirst)
            Deny("alice", "secret", AclOperation.Read, AclPatternType.Prefixed);

        Assert.False(MayRead("alice", "secrets"));
        Assert.True(MayRead("alice", "public"));
        Assert.True(May("alice", AclOperation.Write, "secrets"));
    }

    [Fact]
    public void Names_are_literal_or_begin_alike_or_are_all()
    {
        Allow("alice", "app-", AclOperation.Read, AclPatternType.Prefixed);
        Allow("bob", AccessRule.Wildcard, AclOperation.Read);
        Allow("carol", AccessRule.Wildcard, AclOperation.Read, AclPatternType.Prefixed);

        Assert.True(MayRead("alice", "app-1"));
        Assert.True(MayRead("alice", "app-"));
        Assert.False(MayRead("alice", "app"));
        Assert.False(MayRead("alice", "App-1"));
        Assert.True(MayRead("bob", "anything"));
        Assert.False(MayRead("carol", "anything"));
        Assert.True(MayRead("carol", "*thing"));
    }

    [Theory]
    [InlineData("Read", "Describe", true)]
    [InlineData("Write", "Describe", true)]
    [InlineData("Delete", "Describe", true)]
    [InlineData("Alter", "Describe", true)]
    [InlineData("Create", "Describe", false)]
    [InlineData("AlterConfigs", "Describe", false)]
    [InlineData("AlterConfigs", "DescribeConfigs", true)]
    [InlineData("Alter", "DescribeConfigs", false)]
    [InlineData("All", "ClusterAction", true)]
    [InlineData("Describe", "Read", false)]
    public void Some_operations_include_others(string granted, string wanted, bool expected)
    {
        Allow("alice", "orders", Enum.Parse<AclOperation>(granted));

        Assert.Equal(expected, May("alice", Enum.Parse<AclOperation>(wanted), "orders"));
    }

    [Fact]
    public void What_forbids_to_read_does_not_forbid_to_see()
    {
        Allow("alice", "orders", AclOperation.Describe);
        Deny("alice", "orders", AclOperation.Read);

        Assert.True(May("alice", AclOperation.Describe, "orders"));
    }

    [Fact]
    public void A_rule_may_be_for_everybody_and_for_one_host()
    {
        Add(Rule("*", "orders", AclOperation.Read) with { Host = "10.0.0.1" });

        Assert.True(MayRead("alice", "orders", "/10.0.0.1"));
        Assert.False(MayRead("alice", "orders", "/10.0.0.2"));
        Deny("bob", "orders", AclOperation.Read);
        Assert.False(MayRead("bob", "orders", "/10.0.0.1"));
    }

    [Fact]
    public void Super_users_may_do_everything_though_it_is_forbidden()
    {
        Deny("root", "orders", AclOperation.All);

        Assert.True(MayRead("root", "orders"));
    }

    [Fact]
    public void What_has_no_rules_may_be_everybodys()
    {
        _options.AllowEveryoneIfNoAcl = true;
        Allow("bob", "orders", AclOperation.Read);
        Allow("bob", "app-", AclOperation.Read, AclPatternType.Prefixed);

        Assert.True(MayRead("alice", "free"));
        Assert.False(MayRead("alice", "orders"));
        Assert.False(MayRead("alice", "app-1"));
        Allow("bob", AccessRule.Wildcard, AclOperation.Write);
        Assert.False(MayRead("alice", "free"));
    }

    [Fact]
    public void A_rule_is_about_its_kind_of_resource()
    {
        Add(Rule("alice", "orders", AclOperation.Read) with { ResourceType = AclResourceType.Group });

        Assert.False(MayRead("alice", "orders"));
    }

    [Fact]
    public void Somewhere_is_anywhere_that_is_not_forbidden_altogether()
    {
        Assert.False(MayWriteSomewhere("alice"));
        Allow("alice", "app-1", AclOperation.Write);
        Assert.True(MayWriteSomewhere("alice"));
        Deny("alice", "app-", AclOperation.Write, AclPatternType.Prefixed);
        Assert.False(MayWriteSomewhere("alice"));
        Allow("alice", "ap", AclOperation.All, AclPatternType.Prefixed);
        Assert.True(MayWriteSomewhere("alice"));
        Deny("alice", AccessRule.Wildcard, AclOperation.Write);
        Assert.False(MayWriteSomewhere("alice"));
        Assert.True(MayWriteSomewhere("root"));
        Allow("bob", AccessRule.Wildcard, AclOperation.Write);
        Deny("bob", "app-", AclOperation.Write, AclPatternType.Prefixed);
        Assert.True(MayWriteSomewhere("bob"));
        Allow("carol", "one", AclOperation.Write);
        Deny("carol", "one", AclOperation.All);
        Assert.False(MayWriteSomewhere("carol"));
    }

    private static AccessRule Rule(string user, string name, AclOperation operation) => new(
        AclResourceType.Topic,
        name,
        AclPatternType.Literal,
        $"User:{user}",
        AccessRule.Wildcard,
        operation,
        AclPermission.Allow);

    private static RequestContext Caller(string user, string host = "/127.0.0.1") =>
        new() { Principal = $"User:{user}", ClientHost = host };

    private void Allow(
        string user, string name, AclOperation operation, AclPatternType pattern = AclPatternType.Literal) =>
        Add(Rule(user, name, operation) with { PatternType = pattern });

    private void Deny(
        string user, string name, AclOperation operation, AclPatternType pattern = AclPatternType.Literal) =>
        Add(Rule(user, name, operation) with { PatternType = pattern, Permission = AclPermission.Deny });

    private void Add(AccessRule rule) => _rules = _rules.Add(Guid.NewGuid(), rule);

    private Authorizer Authorizer() =>
        new(_options, () => ClusterImage.Empty with { AccessRules = _rules }, NullLogger.Instance);

    private bool MayRead(string user, string topic, string host = "/127.0.0.1") =>
        Authorizer().Permits(Caller(user, host), AclOperation.Read, AclResourceType.Topic, topic);

    private bool May(string user, AclOperation operation, string topic) =>
        Authorizer().Permits(Caller(user), operation, AclResourceType.Topic, topic);

    private bool MayWriteSomewhere(string user) =>
        Authorizer().PermitsAny(Caller(user), AclOperation.Write, AclResourceType.Topic);
}
