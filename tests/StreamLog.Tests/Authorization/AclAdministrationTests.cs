using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Authorization;

public sealed class AclAdministrationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rules_are_kept_over_a_restart_from_log_and_snapshot(bool bySnapshot)
    {
        StreamLogOptions options = new() { Security = { Acls = true } };
        if (bySnapshot)
            options.Maintenance.MetadataSnapshotBytes = 1;
        BrokerHarness broker = await BrokerHarness.StartAsync(options);
        await broker.SendAsync(new CreateAclsRequest
        {
            Creations = { Creation("orders"), Creation("orders"), Creation("app-", AclPatternType.Prefixed) },
        });
        await broker.SendAsync(new CreateAclsRequest { Creations = { Creation("orders"), Creation("bills") } });
        DeleteAclsResponse deleted = await broker.SendAsync(new DeleteAclsRequest
        {
            Filters = { Filter("bills", AclPatternType.Literal), Filter("bills", AclPatternType.Any), Filter("no") },
        });
        Assert.Equal([1, 1, 0], deleted.FilterResults.Select(result => result.MatchingAcls.Count));

        broker = await broker.RestartAsync();
        await using (broker)
        {
            Assert.Equal(["Literal orders", "Prefixed app-"], await DescribeAsync(broker, Everything(_ => { })));
        }
    }

    [Theory]
    [InlineData(null, "Any", "Literal *|Literal app-1|Literal other|Prefixed app-")]
    [InlineData("app-1", "Any", "Literal app-1")]
    [InlineData("app-1", "Match", "Literal *|Literal app-1|Prefixed app-")]
    [InlineData("app-", "Any", "Prefixed app-")]
    [InlineData("app-", "Literal", "")]
    [InlineData("app-", "Prefixed", "Prefixed app-")]
    [InlineData(null, "Prefixed", "Prefixed app-")]
    [InlineData("nothing", "Match", "Literal *")]
    public async Task Rules_are_found_by_name_and_pattern(string? name, string pattern, string expected)
    {
        await using BrokerHarness broker =
            await BrokerHarness.StartAsync(new StreamLogOptions { Security = { Acls = true } });
        await broker.SendAsync(new CreateAclsRequest
        {
            Creations =
            {
                Creation("*"), Creation("app-1"), Creation("other"), Creation("app-", AclPatternType.Prefixed),
            },
        });

        List<string> found = await DescribeAsync(broker, Everything(asked =>
        {
            asked.ResourceNameFilter = name;
            asked.PatternTypeFilter = (sbyte)Enum.Parse<AclPatternType>(pattern);
        }));

        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), found);
    }

    [Fact]
    public async Task Rules_are_found_by_what_they_say()
    {
        await using BrokerHarness broker =
            await BrokerHarness.StartAsync(new StreamLogOptions { Security = { Acls = true } });
        CreateAclsRequest.AclCreation odd = Creation("odd");
        odd.Principal = "User:bob";
        odd.Host = "10.0.0.1";
        odd.Operation = (sbyte)AclOperation.Write;
        odd.PermissionType = (sbyte)AclPermission.Deny;
        await broker.SendAsync(new CreateAclsRequest { Creations = { Creation("orders"), odd } });

        Assert.Equal(["Literal odd"], await DescribeAsync(broker, Everything(all => all.PrincipalFilter = "User:bob")));
        Assert.Equal(["Literal odd"], await DescribeAsync(broker, Everything(all => all.HostFilter = "10.0.0.1")));
        Assert.Equal(
            ["Literal odd"], await DescribeAsync(broker, Everything(all => all.Operation = (sbyte)AclOperation.Write)));
        Assert.Equal(
            ["Literal odd"],
            await DescribeAsync(broker, Everything(all => all.PermissionType = (sbyte)AclPermission.Deny)));
        Assert.Equal(
            [], await DescribeAsync(broker, Everything(all => all.ResourceTypeFilter = (sbyte)AclResourceType.Group)));
        DescribeAclsResponse unknown = await broker.SendAsync(Everything(all => all.Operation = 99));
        Assert.Equal(ErrorCode.InvalidRequest, unknown.ErrorCode);
    }

    [Fact]
    public async Task What_is_no_rule_is_refused_and_the_rest_is_added()
    {
        await using BrokerHarness broker =
            await BrokerHarness.StartAsync(new StreamLogOptions { Security = { Acls = true } });
        Action<CreateAclsRequest.AclCreation>[] faults =
        [
            rule => rule.ResourceType = (sbyte)AclResourceType.Any,
            rule => rule.ResourceType = (sbyte)AclResourceType.Cluster,
            rule => rule.ResourceType = 99,
            rule => rule.ResourceName = "",
            rule => rule.ResourcePatternType = (sbyte)AclPatternType.Match,
            rule => rule.Operation = (sbyte)AclOperation.Any,
            rule => rule.Operation = 99,
            rule => rule.PermissionType = (sbyte)AclPermission.Any,
            rule => rule.Principal = "bob",
        ];
        CreateAclsRequest request = new() { Creations = { Creation("orders") } };
        foreach (Action<CreateAclsRequest.AclCreation> spoil in faults)
        {
            CreateAclsRequest.AclCreation rule = Creation("t");
            spoil(rule);
            request.Creations.Add(rule);
        }

        CreateAclsResponse response = await broker.SendAsync(request);

        Assert.Equal(ErrorCode.None, response.Results[0].ErrorCode);
        Assert.All(response.Results.Skip(1), result => Assert.Equal(ErrorCode.InvalidRequest, result.ErrorCode));
        Assert.Equal(["Literal orders"], await DescribeAsync(broker, Everything(_ => { })));
    }

    [Fact]
    public async Task Where_there_is_no_access_control_there_are_no_rules()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();

        Assert.Equal(ErrorCode.SecurityDisabled, (await broker.SendAsync(Everything(_ => { }))).ErrorCode);
        Assert.Equal(
            ErrorCode.SecurityDisabled,
            (await broker.SendAsync(new CreateAclsRequest { Creations = { Creation("t") } })).Results[0].ErrorCode);
        Assert.Equal(
            ErrorCode.SecurityDisabled,
            (await broker.SendAsync(new DeleteAclsRequest { Filters = { Filter("t") } })).FilterResults[0].ErrorCode);
    }

    private static DescribeAclsRequest Everything(Action<DescribeAclsRequest> narrow)
    {
        DescribeAclsRequest request = new()
        {
            ResourceTypeFilter = (sbyte)AclResourceType.Any,
            ResourceNameFilter = null,
            PatternTypeFilter = (sbyte)AclPatternType.Any,
            PrincipalFilter = null,
            HostFilter = null,
            Operation = (sbyte)AclOperation.Any,
            PermissionType = (sbyte)AclPermission.Any,
        };
        narrow(request);
        return request;
    }

    private static CreateAclsRequest.AclCreation Creation(
        string name, AclPatternType pattern = AclPatternType.Literal) => new()
        {
            ResourceType = (sbyte)AclResourceType.Topic,
            ResourceName = name,
            ResourcePatternType = (sbyte)pattern,
            Principal = "User:alice",
            Host = AccessRule.Wildcard,
            Operation = (sbyte)AclOperation.Read,
            PermissionType = (sbyte)AclPermission.Allow,
        };

    private static DeleteAclsRequest.DeleteAclsFilter Filter(
        string name, AclPatternType pattern = AclPatternType.Literal) => new()
        {
            ResourceTypeFilter = (sbyte)AclResourceType.Topic,
            ResourceNameFilter = name,
            PatternTypeFilter = (sbyte)pattern,
            PrincipalFilter = null,
            HostFilter = null,
            Operation = (sbyte)AclOperation.Any,
            PermissionType = (sbyte)AclPermission.Any,
        };

    private static async Task<List<string>> DescribeAsync(BrokerHarness broker, DescribeAclsRequest request)
    {
        DescribeAclsResponse response = await broker.SendAsync(request);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        return
        [
            .. response.Resources
                .Select(resource => $"{(AclPatternType)resource.PatternType} {resource.ResourceName}")
                .Order(StringComparer.Ordinal),
        ];
    }
}
