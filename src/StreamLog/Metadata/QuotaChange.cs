using System.Collections.Immutable;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>Decides about quotas of clients, and tells of them. Stateless; the rules are those of Kafka's
/// controller.</summary>
internal static class QuotaChange
{
    /// <summary>How many bytes a second may be appended.</summary>
    public const string ProducerByteRate = "producer_byte_rate";

    /// <summary>How many bytes a second may be read.</summary>
    public const string ConsumerByteRate = "consumer_byte_rate";

    /// <summary>How much of a thread's time requests may take, in percent.</summary>
    public const string RequestPercentage = "request_percentage";

    /// <summary>How many partitions a second may be created and deleted.</summary>
    public const string ControllerMutationRate = "controller_mutation_rate";

    /// <summary>How many connections a second may be opened.</summary>
    public const string ConnectionCreationRate = "connection_creation_rate";

    /// <summary>What stands where no quota was set.</summary>
    public static readonly ImmutableSortedDictionary<string, double> None =
        ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal);

    private const sbyte Exact = 0;
    private const sbyte Default = 1;
    private const sbyte Specified = 2;

    /// <summary>Decides about changes.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <param name="unknownHosts">The names in it that stand for no address.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<AlterClientQuotasResponse> Alter(
        ClusterImage image, AlterClientQuotasRequest request, IReadOnlySet<string> unknownHosts)
    {
        List<IMetadataRecord> records = [];
        AlterClientQuotasResponse response = new();
        HashSet<QuotaEntity> seen = [];
        foreach (AlterClientQuotasRequest.EntryData entry in request.Entries)
        {
            string? fault = QuotaEntity.Read(
                entry.Entity.Select(name => (name.EntityType, name.EntityName)), out QuotaEntity entity);
            if (fault is null && !seen.Add(entity))
                fault = "The entity stands in the request more than once.";
            if (fault is null && entity.Ip is { } host && unknownHosts.Contains(host))
                fault = $"{host} is not a valid IP or resolvable host.";
            fault ??= FindFault(entity, entry.Ops);
            if (fault is null)
                Change(image, entity, entry.Ops, records);

            response.Entries.Add(new AlterClientQuotasResponse.EntryData
            {
                ErrorCode = fault is null ? ErrorCode.None : ErrorCode.InvalidRequest,
                ErrorMessage = fault,
                Entity = entry.Entity.ConvertAll(name => new AlterClientQuotasResponse.EntityData
                {
                    EntityType = name.EntityType,
                    EntityName = name.EntityName,
                }),
            });
        }

        return new Decision<AlterClientQuotasResponse>(request.ValidateOnly ? [] : records, response);
    }

    /// <summary>Tells which quotas there are.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>What to answer.</returns>
    public static DescribeClientQuotasResponse Describe(ClusterImage image, DescribeClientQuotasRequest request)
    {
        if (FindFault(request) is { } fault)
        {
            return new DescribeClientQuotasResponse
            {
                ErrorCode = fault.Code,
                ErrorMessage = fault.Message,
                Entries = null,
            };
        }

        DescribeClientQuotasResponse response = new() { Entries = [] };
        foreach ((QuotaEntity entity, ImmutableSortedDictionary<string, double> quotas) in image.ClientQuotas)
        {
            if (!Fits(entity, request))
                continue;
            response.Entries.Add(new DescribeClientQuotasResponse.EntryData
            {
                Entity =
                [
                    .. entity.Names().Select(name => new DescribeClientQuotasResponse.EntityData
                    {
                        EntityType = name.Type,
                        EntityName = name.Name,
                    }),
                ],
                Values =
                [
                    .. quotas.Select(quota => new DescribeClientQuotasResponse.ValueData
                    {
                        Key = quota.Key,
                        Value = quota.Value,
                    }),
                ],
            });
        }

        return response;
    }

    private static void Change(
        ClusterImage image,
        QuotaEntity entity,
        List<AlterClientQuotasRequest.OpData> changes,
        List<IMetadataRecord> records)
    {
        ImmutableSortedDictionary<string, double> before = image.ClientQuotas.GetValueOrDefault(entity, None);
        foreach (AlterClientQuotasRequest.OpData change in changes)
        {
            double? now = before.TryGetValue(change.Key, out double value) ? value : null;
            double? wanted = change.Remove ? null : change.Value;
            if (now != wanted)
                records.Add(entity.ToRecord(change.Key, wanted));
        }
    }

    private static string? FindFault(QuotaEntity entity, List<AlterClientQuotasRequest.OpData> changes)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (AlterClientQuotasRequest.OpData change in changes)
        {
            if (!seen.Add(change.Key))
                return $"Duplicate quota key {change.Key}";
            if (change.Remove)
                continue;
            bool isKnown = entity.HasIp
                ? change.Key == ConnectionCreationRate
                : change.Key is ProducerByteRate or ConsumerByteRate or RequestPercentage or ControllerMutationRate;
            if (!isKnown)
                return $"Invalid configuration key {change.Key}";
            if (!(change.Value > 0))
                return $"Quota {change.Key} must be greater than 0";
            if (change.Key is RequestPercentage or ControllerMutationRate)
                continue;
            if (change.Key == ConnectionCreationRate && change.Value > int.MaxValue)
                return $"Proposed value for {change.Key} is too large for an INT.";
            if (change.Value > long.MaxValue)
                return $"Proposed value for {change.Key} is too large for a LONG.";
            if (change.Value % 1 > 1e-6)
                return $"{change.Key} cannot be a fractional value.";
        }

        return null;
    }

    private static ControllerError? FindFault(DescribeClientQuotasRequest request)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (DescribeClientQuotasRequest.ComponentData part in request.Components)
        {
            if (part.EntityType.Length == 0)
                return new ControllerError(ErrorCode.InvalidRequest, "Invalid empty entity type.");
            if (!seen.Add(part.EntityType))
            {
                return new ControllerError(
                    ErrorCode.InvalidRequest,
                    $"Entity type {part.EntityType} cannot appear more than once in the filter.");
            }

            if (part.EntityType is not (QuotaEntity.UserType or QuotaEntity.ClientIdType or QuotaEntity.IpType))
            {
                return new ControllerError(
                    ErrorCode.UnsupportedVersion, $"Unsupported entity type {part.EntityType}");
            }

            string? fault = (part.MatchType, part.Match) switch
            {
                (Exact, null) => "An exact match needs the name to match, and it is null.",
                (Exact, _) or (Default or Specified, null) => null,
                (Default or Specified, _) => "Only an exact match takes a name to match.",
                _ => $"Unknown match type {part.MatchType}",
            };
            if (fault is not null)
                return new ControllerError(ErrorCode.InvalidRequest, fault);
        }

        return seen.Contains(QuotaEntity.IpType) && seen.Count > 1
            ? new ControllerError(
                ErrorCode.InvalidRequest,
                "Invalid entity filter component combination. IP filter component should not be used with user or "
                + "clientId filter component.")
            : null;
    }

    private static bool Fits(QuotaEntity entity, DescribeClientQuotasRequest request)
    {
        List<(string Type, string? Name)> names = [.. entity.Names()];
        if (request.Strict && names.Count != request.Components.Count)
            return false;
        return request.Components.TrueForAll(part => names.Exists(name => name.Type == part.EntityType
            && (part.MatchType == Specified || name.Name == (part.MatchType == Exact ? part.Match : null))));
    }
}
