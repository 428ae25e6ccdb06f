using System.Collections.Immutable;

namespace StreamLog.Metadata;

/// <summary>One node, as the metadata log has it. Immutable.</summary>
/// <param name="NodeId">The node's id.</param>
/// <param name="IncarnationId">A new one at each start that registers the node.</param>
/// <param name="BrokerEpoch">The number of the registration. It only rises.</param>
/// <param name="DirectoryIds">The ids of its data directories. Nodes of one process share theirs.</param>
internal sealed record BrokerImage(
    int NodeId, Guid IncarnationId, long BrokerEpoch, ImmutableArray<Guid> DirectoryIds)
{
    /// <summary>Gets where the node stands, or <see langword="null"/>.</summary>
    public string? Rack { get; init; }

    /// <summary>Gets whether the node takes no part: it leads nothing, and clients are not told of it.</summary>
    public bool IsFenced { get; init; }
}
