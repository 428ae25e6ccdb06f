namespace StreamLog.Clients.Membership;

/// <summary>Shares partitions among the members of a classic group, as Kafka's assignor <c>cooperative-sticky</c> does
/// (KIP-429): as evenly as the subscriptions allow, with few that move. Stateless.</summary>
/// <remarks>
/// One that moves goes to nobody yet: its owner finds that it has lost it, finishes with it and joins again, and only
/// that generation gives it to its new owner. So it is never read by two.
/// </remarks>
internal static class CooperativeSticky
{
    /// <summary>The name that members know it by.</summary>
    public const string Name = "cooperative-sticky";

    /// <summary>Assigns partitions for one generation.</summary>
    /// <param name="claims">All members.</param>
    /// <param name="partitionCounts">How many partitions the topics have. Others are not there.</param>
    /// <returns>What each member is to have, by its id.</returns>
    public static Dictionary<string, List<TopicPartition>> Assign(
        IReadOnlyCollection<MemberClaim> claims, IReadOnlyDictionary<string, int> partitionCounts)
    {
        Dictionary<TopicPartition, MemberClaim?> holders = FindHolders(claims);
        Dictionary<string, List<TopicPartition>> shares =
            StickyShares.Find(claims, holders, partitionCounts);
        foreach (MemberClaim claim in claims)
        {
            shares[claim.MemberId].RemoveAll(partition =>
                holders.TryGetValue(partition, out MemberClaim? holder) && holder != claim);
        }

        return shares;
    }

    /// <summary>Finds who has each partition that somebody claims; nobody can say where several of the same generation
    /// do.</summary>
    private static Dictionary<TopicPartition, MemberClaim?> FindHolders(IReadOnlyCollection<MemberClaim> claims)
    {
        Dictionary<TopicPartition, MemberClaim?> holders = [];
        foreach (IGrouping<int, MemberClaim> generation in claims
            .GroupBy(static claim => claim.Generation)
            .OrderBy(static generation => generation.Key))
        {
            // Later ones know better.
            foreach (IGrouping<TopicPartition, MemberClaim> claimed in generation
                .SelectMany(static claim => claim.Owned.Distinct().Select(partition => (partition, claim)))
                .GroupBy(static pair => pair.partition, static pair => pair.claim))
            {
                holders[claimed.Key] = claimed.Count() == 1 ? claimed.First() : null;
            }
        }

        return holders;
    }
}
