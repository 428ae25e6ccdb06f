using System.Collections;

namespace StreamLog.Groups.Assignors;

/// <summary>Some partitions of some topics. Immutable; equal to every set of the same partitions.</summary>
internal sealed class PartitionSet : IReadOnlyList<TopicIdPartition>, IEquatable<PartitionSet>
{
    // In order, and each once: that makes every operation a walk, and equality a comparison of bytes.
    private readonly TopicIdPartition[] _partitions;

    private PartitionSet(TopicIdPartition[] partitions) => _partitions = partitions;

    /// <summary>Gets the set without partitions.</summary>
    public static PartitionSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _partitions.Length;

    /// <inheritdoc/>
    public TopicIdPartition this[int index] => _partitions[index];

    /// <summary>Creates a set.</summary>
    /// <param name="partitions">The partitions, in any order.</param>
    /// <returns>The set.</returns>
    public static PartitionSet Of(IEnumerable<TopicIdPartition> partitions)
    {
        TopicIdPartition[] sorted = [.. partitions.Distinct()];
        if (sorted.Length == 0)
            return Empty;

        Array.Sort(sorted);
        return new PartitionSet(sorted);
    }

    /// <summary>Tells whether a partition is in the set.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns><see langword="true"/> if it is.</returns>
    public bool Contains(TopicIdPartition partition) => Array.BinarySearch(_partitions, partition) >= 0;

    /// <summary>Returns those partitions that are of a kind.</summary>
    /// <param name="predicate">Tells the kind.</param>
    /// <returns>The smaller set, or this one where all are.</returns>
    public PartitionSet Where(Func<TopicIdPartition, bool> predicate)
    {
        TopicIdPartition[] chosen = Array.FindAll(_partitions, partition => predicate(partition));
        return chosen.Length == _partitions.Length ? this : chosen.Length == 0 ? Empty : new PartitionSet(chosen);
    }

    /// <summary>Returns those partitions that another set has too.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>What both have.</returns>
    public PartitionSet Intersect(PartitionSet other) => Where(other.Contains);

    /// <summary>Returns those partitions that another set has not.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>What only this one has.</returns>
    public PartitionSet Except(PartitionSet other) =>
        other.Count == 0 ? this : Where(partition => !other.Contains(partition));

    /// <summary>Returns the partitions of this set and of another.</summary>
    /// <param name="other">The other set.</param>
    /// <returns>What either has.</returns>
    public PartitionSet Union(PartitionSet other) =>
        other.Count == 0 ? this : Count == 0 ? other : Of(_partitions.Concat(other._partitions));

    /// <summary>Tells whether all partitions are in another set too.</summary>
    /// <param name="other">The other set.</param>
    /// <returns><see langword="true"/> if they are.</returns>
    public bool IsSubsetOf(PartitionSet other) => Array.TrueForAll(_partitions, other.Contains);

    /// <summary>Tells whether any partition is in another set too.</summary>
    /// <param name="other">The other set.</param>
    /// <returns><see langword="true"/> if one is.</returns>
    public bool Overlaps(PartitionSet other) => Array.Exists(_partitions, other.Contains);

    /// <inheritdoc/>
    public bool Equals(PartitionSet? other) =>
        ReferenceEquals(this, other) || (other is not null && _partitions.AsSpan().SequenceEqual(other._partitions));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (TopicIdPartition partition in _partitions)
            hash.Add(partition);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public IEnumerator<TopicIdPartition> GetEnumerator() => _partitions.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
