using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about rules of access, and tells of them. Stateless; the rules are those of Kafka's
/// controller.</summary>
internal static class AclChange
{
    /// <summary>Decides about new rules. One that is there already is no error, and changes nothing.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <param name="newId">Gives ids.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<CreateAclsResponse> Create(ClusterImage image, CreateAclsRequest request, Func<Guid> newId)
    {
        List<IMetadataRecord> records = [];
        CreateAclsResponse response = new();
        HashSet<AccessRule> known = [.. image.AccessRules.Values];
        foreach (CreateAclsRequest.AclCreation creation in request.Creations)
        {
            AccessRule rule = new(
                (AclResourceType)creation.ResourceType,
                creation.ResourceName,
                (AclPatternType)creation.ResourcePatternType,
                creation.Principal,
                creation.Host,
                (AclOperation)creation.Operation,
                (AclPermission)creation.PermissionType);
            ControllerError? refused = FindFault(rule);
            if (refused is null && known.Add(rule))
                records.Add(rule.ToRecord(newId()));
            response.Results.Add(new CreateAclsResponse.AclCreationResult
            {
                ErrorCode = refused?.Code ?? ErrorCode.None,
                ErrorMessage = refused?.Message ?? "",
            });
        }

        return new Decision<CreateAclsResponse>(records, response);
    }

    /// <summary>Decides which rules go.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<DeleteAclsResponse> Delete(ClusterImage image, DeleteAclsRequest request)
    {
        List<IMetadataRecord> records = [];
        DeleteAclsResponse response = new();
        HashSet<Guid> removed = [];
        foreach (DeleteAclsRequest.DeleteAclsFilter asked in request.Filters)
        {
            AccessRuleFilter filter = new(
                (AclResourceType)asked.ResourceTypeFilter,
                asked.ResourceNameFilter,
                (AclPatternType)asked.PatternTypeFilter,
                asked.PrincipalFilter,
                asked.HostFilter,
                (AclOperation)asked.Operation,
                (AclPermission)asked.PermissionType);
            ControllerError? refused = filter.FindFault();
            DeleteAclsResponse.DeleteAclsFilterResult result = new()
            {
                ErrorCode = refused?.Code ?? ErrorCode.None,
                ErrorMessage = refused?.Message ?? "",
            };
            response.FilterResults.Add(result);
            foreach ((Guid id, AccessRule rule) in image.AccessRules)
            {
                if (refused is not null || !filter.Fits(rule))
                    continue;
                result.MatchingAcls.Add(Matching(rule));
                if (removed.Add(id))
                    records.Add(new RemoveAccessControlEntryRecord { Id = id });
            }
        }

        return new Decision<DeleteAclsResponse>(records, response);
    }

    /// <summary>Tells which rules there are.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>What to answer.</returns>
    public static DescribeAclsResponse Describe(ClusterImage image, DescribeAclsRequest request)
    {
        AccessRuleFilter filter = new(
            (AclResourceType)request.ResourceTypeFilter,
            request.ResourceNameFilter,
            (AclPatternType)request.PatternTypeFilter,
            request.PrincipalFilter,
            request.HostFilter,
            (AclOperation)request.Operation,
            (AclPermission)request.PermissionType);
        if (filter.FindFault() is { } fault)
            return new DescribeAclsResponse { ErrorCode = fault.Code, ErrorMessage = fault.Message };

        DescribeAclsResponse response = new();
        foreach (var resource in image.AccessRules.Values
            .Where(filter.Fits)
            .GroupBy(rule => (rule.ResourceType, rule.ResourceName, rule.PatternType)))
        {
            response.Resources.Add(new DescribeAclsResponse.DescribeAclsResource
            {
                ResourceType = (sbyte)resource.Key.ResourceType,
                ResourceName = resource.Key.ResourceName,
                PatternType = (sbyte)resource.Key.PatternType,
                Acls =
                [
                    .. resource.Select(rule => new DescribeAclsResponse.AclDescription
                    {
                        Principal = rule.Principal,
                        Host = rule.Host,
                        Operation = (sbyte)rule.Operation,
                        PermissionType = (sbyte)rule.Permission,
                    }),
                ],
            });
        }

        return response;
    }

    private static ControllerError? FindFault(AccessRule rule)
    {
        string? fault = rule switch
        {
            { ResourceType: AclResourceType.Any } => "Invalid resourceType ANY",
            { ResourceType: AclResourceType.Cluster, ResourceName: not AccessRule.ClusterName } =>
                $"The only valid name for the CLUSTER resource is {AccessRule.ClusterName}",
            { ResourceName: "" } => "Invalid empty resource name",
            { PatternType: not (AclPatternType.Literal or AclPatternType.Prefixed) } =>
                $"Invalid patternType {rule.PatternType}",
            { Operation: AclOperation.Any } => "Invalid operation ANY",
            { Permission: not (AclPermission.Deny or AclPermission.Allow) } =>
                $"Invalid permissionType {rule.Permission}",
            _ when !Enum.IsDefined(rule.ResourceType) => $"Invalid resourceType {rule.ResourceType}",
            _ when !Enum.IsDefined(rule.Operation) => $"Invalid operation {rule.Operation}",
            _ when !rule.Principal.Contains(':', StringComparison.Ordinal) =>
                $"Could not parse principal from '{rule.Principal}': it has the form Type:Name",
            _ => null,
        };
        return fault is null ? null : new ControllerError(ErrorCode.InvalidRequest, fault);
    }

    private static DeleteAclsResponse.DeleteAclsMatchingAcl Matching(AccessRule rule) => new()
    {
        ResourceType = (sbyte)rule.ResourceType,
        ResourceName = rule.ResourceName,
        PatternType = (sbyte)rule.PatternType,
        Principal = rule.Principal,
        Host = rule.Host,
        Operation = (sbyte)rule.Operation,
        PermissionType = (sbyte)rule.Permission,
    };
}
