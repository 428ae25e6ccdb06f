namespace StreamLog.Groups.Assignors;

/// <summary>Shares partitions as evenly as subscriptions allow, and moves as few as that takes.</summary>
/// <remarks>
/// Where all subscribe to the same topics, no member has two partitions more than another. Where they do not, no
/// partition, and no chain of partitions handed on from member to member, can make a member with two fewer better off.
/// </remarks>
internal sealed class UniformAssignor : IAssignor
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public IReadOnlyList<PartitionSet> Assign(
        IReadOnlyList<Subscriber> members, IReadOnlyDictionary<Guid, int> partitionCounts)
    {
        UniformShares shares = new(members, partitionCounts);
        shares.Keep();
        shares.AssignRest();
        shares.Balance();
        return shares.Build();
    }
}
