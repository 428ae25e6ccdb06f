using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;

namespace StreamLog.Broker;

/// <summary>What one request says of the records of several partitions.</summary>
/// <remarks>Belongs to its request. All are begun together, so that one flush serves them.</remarks>
/// <param name="parts">The broker.</param>
/// <param name="group">The group.</param>
/// <param name="memberId">The member.</param>
/// <param name="mayRenew">Whether the request says that locks are begun anew.</param>
internal sealed class ShareAcknowledgements(BrokerParts parts, string group, string memberId, bool mayRenew)
{
    private readonly List<(TopicIdPartition Partition, Task<ErrorCode> Outcome)> _begun = [];

    /// <summary>Takes what is said of one partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="runs">What is said.</param>
    public void Begin(TopicIdPartition partition, IReadOnlyList<AcknowledgedRun> runs)
    {
        LocalTopic? topic = parts.Partitions.Current.Find(name: null, partition.TopicId, out ErrorCode error);
        if (topic is not null && topic.Find(partition.Partition) is null)
            error = topic.ErrorOfMissing(partition.Partition);
        _begun.Add((partition, error != ErrorCode.None
            ? Task.FromResult(error)
            : parts.Shares.AcknowledgeAsync(
                new SharePartitionKey(group, partition.TopicId, partition.Partition), memberId, runs, mayRenew)));
    }

    /// <summary>Waits until all that was said is durable.</summary>
    /// <param name="cancellationToken">Stops the wait. What was said holds all the same.</param>
    /// <returns>The error to answer for each partition, or None.</returns>
    public async ValueTask<Dictionary<TopicIdPartition, ErrorCode>> EndAsync(CancellationToken cancellationToken)
    {
        Dictionary<TopicIdPartition, ErrorCode> errors = [];
        foreach ((TopicIdPartition partition, Task<ErrorCode> outcome) in _begun)
        {
            ErrorCode error = await outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (error != ErrorCode.None || !errors.ContainsKey(partition))
                errors[partition] = error;
        }

        return errors;
    }
}
