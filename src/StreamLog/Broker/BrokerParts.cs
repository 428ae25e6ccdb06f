using StreamLog.Authentication;
using StreamLog.Authorization;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Groups;
using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Storage;
using StreamLog.Transactions;

namespace StreamLog.Broker;

/// <summary>What the handlers of one broker work with. Immutable.</summary>
internal sealed record BrokerParts
{
    /// <summary>Gets the node's clock, files, ids and randomness.</summary>
    public required INodeEnvironment Environment { get; init; }

    /// <summary>Gets the data directory.</summary>
    public required LogDirectory Directory { get; init; }

    /// <summary>Gets the node's options.</summary>
    public required StreamLogOptions Options { get; init; }

    /// <summary>Gets what topics begin with.</summary>
    public required NodeConfigs NodeConfigs { get; init; }

    /// <summary>Gets the metadata and the way to change it.</summary>
    public required ClusterMetadata Metadata { get; init; }

    /// <summary>Gets who decides on changes of metadata.</summary>
    public required Controller Controller { get; init; }

    /// <summary>Gets the partitions of this node.</summary>
    public required PartitionTable Partitions { get; init; }

    /// <summary>Gets where requests wait.</summary>
    public required WaitingRoom WaitingRoom { get; init; }

    /// <summary>Gets the groups.</summary>
    public required GroupCoordinator Groups { get; init; }

    /// <summary>Gets who is in the share groups.</summary>
    public required ShareGroups ShareGroups { get; init; }

    /// <summary>Gets how far share groups have come.</summary>
    public required ShareCoordinator Shares { get; init; }

    /// <summary>Gets the transactions.</summary>
    public required TransactionCoordinator Transactions { get; init; }

    /// <summary>Gets who writes the marks that end transactions.</summary>
    public required TransactionMarkWriter TransactionMarks { get; init; }

    /// <summary>Gets the producer ids that are to be given out.</summary>
    public required ProducerIdBlock ProducerIds { get; init; }

    /// <summary>Gets who leads clients through their authentication.</summary>
    public required SaslServer Sasl { get; init; }

    /// <summary>Gets who decides what callers from outside may do.</summary>
    public required Authorizer Authorizer { get; init; }

    /// <summary>Gets what the node counts with.</summary>
    public required StreamLogMetrics Metrics { get; init; }

    /// <summary>Gets the node's id.</summary>
    public int NodeId => Directory.NodeId;

    /// <summary>Gets the id by which clients know the controller: the node's own, or where that takes no part the first
    /// of those that do.</summary>
    public int ControllerId
    {
        get
        {
            ClusterImage image = Partitions.Current.Image;
            return image.IsActive(NodeId)
                ? NodeId
                : image.Brokers.Keys.Where(image.IsActive).FirstOrDefault(NodeId);
        }
    }
}
