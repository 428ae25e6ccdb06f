using System.Collections.Immutable;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>The features of the cluster, with the levels that are supported and that hold (KIP-584).
/// Stateless.</summary>
/// <remarks>A feature that nobody has set has its newest level, as in a cluster that begins with Kafka 4.2.</remarks>
internal static class FeatureLevels
{
    /// <summary>The feature of the metadata log's records.</summary>
    public const string Metadata = "metadata.version";

    /// <summary>The feature of the groups that their coordinator assigns (KIP-848).</summary>
    public const string Groups = "group.version";

    /// <summary>The feature of the share groups (KIP-932).</summary>
    public const string ShareGroups = "share.version";

    /// <summary>The feature of the transactions (KIP-890).</summary>
    public const string Transactions = "transaction.version";

    /// <summary>The level of Kafka 3.9, the last that this set of records belongs to as a whole.</summary>
    public const short MetadataLevel = 21;

    private const sbyte Upgrade = 1;
    private const sbyte SafeDowngrade = 2;
    private const sbyte UnsafeDowngrade = 3;

    /// <summary>Gets the features with the levels that they may have, by name.</summary>
    public static ImmutableSortedDictionary<string, (short Min, short Max)> Supported { get; } =
        ImmutableSortedDictionary.Create<string, (short, short)>(StringComparer.Ordinal)
            .Add(Groups, (0, 1))
            .Add(Metadata, (MetadataLevel, MetadataLevel))
            .Add(ShareGroups, (0, 1))
            .Add(Transactions, (0, 2));

    /// <summary>Tells the level of a feature.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="feature">One of the supported features.</param>
    /// <returns>The level; 0 where it is turned off.</returns>
    public static short Of(ClusterImage image, string feature) =>
        image.Features.TryGetValue(feature, out short level) ? level : Supported[feature].Max;

    /// <summary>Tells whether an API is out of use because its feature is turned off.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="apiKey">The API.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public static bool IsOff(ClusterImage image, ApiKey apiKey) => apiKey switch
    {
        ApiKey.ConsumerGroupHeartbeat or ApiKey.ConsumerGroupDescribe => Of(image, Groups) == 0,
        ApiKey.ShareGroupHeartbeat or ApiKey.ShareGroupDescribe or ApiKey.ShareFetch or ApiKey.ShareAcknowledge
            or ApiKey.DescribeShareGroupOffsets or ApiKey.AlterShareGroupOffsets or ApiKey.DeleteShareGroupOffsets =>
            Of(image, ShareGroups) == 0,
        _ => false,
    };

    /// <summary>Decides about new levels: all of them are set, or none.</summary>
    /// <param name="image">What is there.</param>
    /// <param name="request">The request.</param>
    /// <returns>The records, and what to answer.</returns>
    public static Decision<UpdateFeaturesResponse> Decide(ClusterImage image, UpdateFeaturesRequest request)
    {
        List<IMetadataRecord> records = [];
        UpdateFeaturesResponse response = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (UpdateFeaturesRequest.FeatureUpdateKey update in request.FeatureUpdates)
        {
            ControllerError? refused = seen.Add(update.Feature)
                ? Change(image, update, records)
                : new ControllerError(ErrorCode.InvalidRequest, $"'{update.Feature}' is named more than once.");
            if (refused is { } error)
            {
                return new Decision<UpdateFeaturesResponse>([], new UpdateFeaturesResponse
                {
                    ErrorCode = error.Code,
                    ErrorMessage = "No feature was changed, because of this one: " + error.Message,
                });
            }

            response.Results.Add(new UpdateFeaturesResponse.UpdatableFeatureResult { Feature = update.Feature });
        }

        return new Decision<UpdateFeaturesResponse>(request.ValidateOnly ? [] : records, response);
    }

    private static ControllerError? Change(
        ClusterImage image, UpdateFeaturesRequest.FeatureUpdateKey update, List<IMetadataRecord> records)
    {
        string? fault = FindFault(image, update);
        if (fault is not null)
        {
            return new ControllerError(
                ErrorCode.InvalidUpdateVersion,
                $"'{update.Feature}' cannot get level {update.MaxVersionLevel}. {fault}");
        }

        if (Of(image, update.Feature) != update.MaxVersionLevel)
            records.Add(new FeatureLevelRecord { Name = update.Feature, FeatureLevel = update.MaxVersionLevel });
        return null;
    }

    private static string? FindFault(ClusterImage image, UpdateFeaturesRequest.FeatureUpdateKey update)
    {
        if (!Supported.TryGetValue(update.Feature, out (short Min, short Max) range))
            return $"There is no such feature. There are: {string.Join(", ", Supported.Keys)}.";
        if (update.UpgradeType is not (Upgrade or SafeDowngrade or UnsafeDowngrade))
            return $"There is no kind of change {update.UpgradeType}. Use 1 to 3.";
        if (update.MaxVersionLevel < range.Min || update.MaxVersionLevel > range.Max)
            return $"Its levels are {range.Min} to {range.Max}.";

        short now = Of(image, update.Feature);
        bool maySink = update.AllowDowngrade || update.UpgradeType != Upgrade;
        if (update.MaxVersionLevel < now && !maySink)
            return $"Its level is {now}, and the request does not allow it to sink.";
        return update.MaxVersionLevel > now && update.UpgradeType != Upgrade
            ? $"Its level is {now}, and the request asks to lower it."
            : null;
    }
}
