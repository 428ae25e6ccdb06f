namespace StreamLog;

/// <summary>Manages topics, configurations and offsets.</summary>
/// <remarks>Thread-safe. Every call throws <see cref="StreamLogException"/> where the broker refuses, with what it
/// says.</remarks>
public interface IAdmin
{
    /// <summary>Creates a topic.</summary>
    /// <param name="name">The name: 1 to 249 letters, digits, dots, hyphens and underscores.</param>
    /// <param name="partitions">The number of partitions; <see langword="null"/> is the node's default.</param>
    /// <param name="configs">Settings by Kafka's names; <see langword="null"/> is none.</param>
    /// <param name="cancellationToken">Stops the wait; the topic may be created all the same.</param>
    /// <returns>A task that completes when the topic can be used.</returns>
    /// <exception cref="StreamLogException">The topic is there, or the name or a setting is not legal.</exception>
    ValueTask CreateTopicAsync(
        string name,
        int? partitions = null,
        IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancellationToken = default);

    /// <summary>Creates a topic where it is missing.</summary>
    /// <param name="name">The name.</param>
    /// <param name="partitions">The number of partitions; <see langword="null"/> is the node's default.</param>
    /// <param name="configs">Settings by Kafka's names; <see langword="null"/> is none.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>Whether this call created it. A topic that is there stays as it is.</returns>
    ValueTask<bool> CreateTopicIfMissingAsync(
        string name,
        int? partitions = null,
        IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancellationToken = default);

    /// <summary>Deletes a topic and all its records.</summary>
    /// <param name="name">The name.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the topic is gone.</returns>
    ValueTask DeleteTopicAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Raises the number of a topic's partitions. Keys may then fall into other partitions than
    /// before.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="totalCount">The new number, above the one now.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the partitions can be used.</returns>
    ValueTask CreatePartitionsAsync(string name, int totalCount, CancellationToken cancellationToken = default);

    /// <summary>Lists the names of the topics, in ordinal order.</summary>
    /// <param name="includeInternal">Whether StreamLog's own are listed too.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The names.</returns>
    ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        bool includeInternal = false, CancellationToken cancellationToken = default);

    /// <summary>Describes a topic: leaders, replicas, offsets.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The topic, without its segments, which only the node that keeps them knows.</returns>
    ValueTask<Topic> DescribeTopicAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Returns the settings of a topic, those left at their defaults too.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The settings by Kafka's names.</returns>
    ValueTask<IReadOnlyDictionary<string, ConfigEntry>> DescribeConfigsAsync(
        string name, CancellationToken cancellationToken = default);

    /// <summary>Changes settings of a topic: all of them or, where one is refused, none.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="changes">New values by Kafka's names; <see langword="null"/> goes back to the default.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the settings hold.</returns>
    ValueTask AlterConfigsAsync(
        string name, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken = default);

    /// <summary>Finds offsets of partitions.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="at">Which offset: the first, the end that consumers may read to, or the one of a time.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The offsets. For a time that no record has reached, the end.</returns>
    ValueTask<IReadOnlyDictionary<TopicPartition, long>> ListOffsetsAsync(
        IEnumerable<TopicPartition> partitions, StartAt at, CancellationToken cancellationToken = default);

    /// <summary>Deletes the records before given offsets.</summary>
    /// <param name="beforeOffsets">For each partition the first offset to keep; -1 is the high watermark.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>For each partition the first offset that can be read now.</returns>
    ValueTask<IReadOnlyDictionary<TopicPartition, long>> DeleteRecordsAsync(
        IReadOnlyDictionary<TopicPartition, long> beforeOffsets, CancellationToken cancellationToken = default);

    /// <summary>Returns the offsets that a group has committed.</summary>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The offsets; none for a group that does not exist.</returns>
    ValueTask<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata>> ListGroupOffsetsAsync(
        string group, CancellationToken cancellationToken = default);

    /// <summary>Sets the offsets of a group that has no members now.</summary>
    /// <param name="group">The group.</param>
    /// <param name="offsets">For each partition the offset to read next.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offsets are durable.</returns>
    ValueTask AlterGroupOffsetsAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        CancellationToken cancellationToken = default);
}
