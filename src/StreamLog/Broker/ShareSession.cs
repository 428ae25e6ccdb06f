using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>What a member of a share group fetches, from one request to the next. Guarded by its
/// <see cref="ShareSessions"/>.</summary>
internal sealed class ShareSession
{
    private readonly List<TopicIdPartition> _partitions = [];
    private int _turn;

    /// <summary>Gets the partitions, in the order that they were added in.</summary>
    public IReadOnlyList<TopicIdPartition> Partitions => _partitions;

    /// <summary>Gets the epoch that the next request must come with.</summary>
    public int Epoch { get; private set; }

    /// <summary>Gets or sets what ends the session along with its connection.</summary>
    public CancellationTokenRegistration Connection { get; set; }

    /// <summary>Goes on to the next request.</summary>
    public void Advance() => Epoch = FetchSessions.NextEpoch(Epoch);

    /// <summary>Takes partitions in and out as a request says, and turns it into one that names all of them.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A copy. It fetches from what it names and does not forget; that is another partition first with each
    /// request.</returns>
    public ShareFetchRequest Expand(ShareFetchRequest request)
    {
        Dictionary<TopicIdPartition, List<ShareFetchRequest.AcknowledgementBatch>> named = [];
        foreach (ShareFetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (ShareFetchRequest.FetchPartition partition in topic.Partitions)
            {
                TopicIdPartition key = new(topic.TopicId, partition.PartitionIndex);
                if (!named.TryAdd(key, partition.AcknowledgementBatches))
                    named[key] = [.. named[key], .. partition.AcknowledgementBatches];
                else if (!_partitions.Contains(key))
                    _partitions.Add(key);
            }
        }

        foreach (ShareFetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            foreach (int partition in topic.Partitions)
                _partitions.Remove(new TopicIdPartition(topic.TopicId, partition));
        }

        // What is forgotten may still be acknowledged.
        TopicIdPartition[] forgotten = [.. named.Keys.Except(_partitions)];
        int first = _partitions.Count == 0 ? 0 : (int)((uint)_turn++ % (uint)_partitions.Count);
        return request.WithPartitions(
            [.. _partitions[first..].Concat(_partitions[..first]).Concat(forgotten).Select(
                partition => new ShareFetchRequest.FetchTopic
                {
                    TopicId = partition.TopicId,
                    Partitions =
                    [
                        new ShareFetchRequest.FetchPartition
                        {
                            PartitionIndex = partition.Partition,
                            AcknowledgementBatches = named.GetValueOrDefault(partition, []),
                        },
                    ],
                })],
            [.. forgotten.Select(partition => new ShareFetchRequest.ForgottenTopic
            {
                TopicId = partition.TopicId,
                Partitions = [partition.Partition],
            })]);
    }
}
