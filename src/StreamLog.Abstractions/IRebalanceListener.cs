namespace StreamLog;

/// <summary>Hears of partitions that a group gives to a consumer, and takes from it
/// (<see cref="ConsumerOptions.RebalanceListener"/>). Kafka calls it <c>ConsumerRebalanceListener</c>.</summary>
/// <remarks>
/// Called by one at a time, on the thread pool, beside the reader. What a method throws the consumer's reader throws
/// too; the partitions move all the same.
/// </remarks>
public interface IRebalanceListener
{
    /// <summary>Prepares for partitions, before the first record of them is yielded.</summary>
    /// <param name="partitions">What the consumer gets besides what it has.</param>
    /// <param name="cancellationToken">Says that the consumer has lost them already.</param>
    /// <returns>A task; the reading of these partitions waits for it.</returns>
    ValueTask AssignedAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>Finishes with partitions that go to another member, or that the consumer gives up as it is
    /// disposed.</summary>
    /// <param name="partitions">What goes. No record of them is yielded any more, and the reader has come back from
    /// the last one, unless it is the one that disposes.</param>
    /// <param name="cancellationToken">Says that the consumer has lost them, since it took too long.</param>
    /// <returns>A task; the other member waits for it, up to <see cref="ConsumerOptions.MaxPollInterval"/>. What is
    /// completed, or committed, before it ends is not read again.</returns>
    ValueTask RevokedAsync(IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken) =>
        ValueTask.CompletedTask;

    /// <summary>Drops partitions that other members may read already: the group went on without this one. Nothing can
    /// be committed of them any more.</summary>
    /// <param name="partitions">What is lost.</param>
    /// <returns>A task.</returns>
    ValueTask LostAsync(IReadOnlyCollection<TopicPartition> partitions) => ValueTask.CompletedTask;
}
