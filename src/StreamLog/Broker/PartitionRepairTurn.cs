using StreamLog.Metadata;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Puts a repaired partition in the place of the one that was damaged.</summary>
/// <remarks>Used once, in the turn of the <see cref="PartitionTable"/>.</remarks>
internal sealed class PartitionRepairTurn
{
    private readonly LogDirectory _directory;
    private readonly TopicTable _table;
    private readonly TopicPartition _partition;

    /// <summary>Prepares the turn.</summary>
    /// <param name="directory">The data directory. It stays its owner's.</param>
    /// <param name="table">The partitions there are.</param>
    /// <param name="partition">The one to repair.</param>
    public PartitionRepairTurn(LogDirectory directory, TopicTable table, TopicPartition partition)
    {
        _directory = directory;
        _table = table;
        _partition = partition;
    }

    /// <summary>Repairs.</summary>
    /// <param name="lead">Takes the lead of a topic's partitions.</param>
    /// <param name="publish">Makes the table that has the new partition the one of the node.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="StreamLogException">There is no such partition here, or the disk failed.</exception>
    public RepairReport Run(Action<LocalTopic> lead, Action<TopicTable> publish)
    {
        LocalTopic? topic = _table.Find(_partition.Topic);
        if (topic is null || (uint)_partition.Partition >= (uint)topic.Partitions.Length)
            throw Unknown();

        // Clients ask again until the repair is over.
        topic.Partitions[_partition.Partition]?.Fail(new StreamLogException(
            ErrorCode.NotLeaderOrFollower, $"Partition {_partition} is being repaired. Ask again."));
        RepairResult result = _directory.RepairPartition(_partition, topic.TopicId, topic.Settings.Log);
        ReplicatedPartition? renewed = result.Log is null ? null : new ReplicatedPartition(
            result.Log, topic.Settings.Durability, topic.Settings.MinInSyncReplicas);
        LocalTopic changed = topic with { Partitions = topic.Partitions.SetItem(_partition.Partition, renewed) };
        lead(changed);
        publish(new TopicTable(
            _table.Image, [.. _table.Topics.Select(other => ReferenceEquals(other, topic) ? changed : other)]));
        if (result.Error is { } error)
            throw Failed(error);
        return new RepairReport
        {
            Partition = _partition,
            Failure = result.Log!.Failure,
            Lost = result.Lost,
            MendedBatches = result.MendedBatches,
        };
    }

    private StreamLogException Unknown() => new(
        ErrorCode.UnknownTopicOrPartition,
        _partition.Topic == TopicNames.ClusterMetadata
            ? $"{_partition} holds the node's metadata, and nothing can be cut out of it: what follows builds on " +
                "what was before. Restore its directory from a backup."
            : $"This node has no partition {_partition}.");

    private StreamLogException Failed(Exception error) => new(
        error is StreamLogException known ? known.ErrorCode : DiskErrors.CodeOf(error),
        $"The repair of partition {_partition} failed, and nothing that was not copied before is lost: " +
        $"{error.Message}",
        error);
}
