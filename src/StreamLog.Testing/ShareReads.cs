using System.Collections.Concurrent;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Testing;

/// <summary>What members of queues read: they name a partition once, and it stays in their session.</summary>
/// <remarks>Thread-safe. The requests of one member come one after another.</remarks>
internal sealed class ShareReads
{
    private const int Opening = 0;
    private const int Closing = -1;

    private readonly ConcurrentDictionary<(string? Group, string? Member), HashSet<RequestTarget>> _sessions = new();

    /// <summary>Takes what a member says that it reads from now on.</summary>
    /// <param name="request">The member's request.</param>
    /// <returns>All that it reads.</returns>
    public IReadOnlyList<RequestTarget> Add(ShareFetchRequest request)
    {
        HashSet<RequestTarget> reads = request.ShareSessionEpoch == Opening
            ? _sessions[(request.GroupId, request.MemberId)] = []
            : _sessions.GetOrAdd((request.GroupId, request.MemberId), _ => []);
        foreach (ShareFetchRequest.FetchTopic topic in request.Topics)
        {
            reads.UnionWith(topic.Partitions.Select(
                partition => RequestTarget.OfPartition(null, topic.TopicId, partition.PartitionIndex)));
        }

        foreach (ShareFetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            reads.ExceptWith(topic.Partitions.Select(
                partition => RequestTarget.OfPartition(null, topic.TopicId, partition)));
        }

        if (request.ShareSessionEpoch == Closing)
            _sessions.TryRemove((request.GroupId, request.MemberId), out _);
        return [.. reads];
    }
}
