using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <summary>The names of topics that a coordinator calls by their ids.</summary>
/// <remarks>Not thread-safe. It asks the broker for an id once.</remarks>
internal sealed class TopicIds
{
    private readonly BrokerSession _session;
    private readonly Dictionary<Guid, string> _names = [];
    private readonly Dictionary<string, Guid> _ids = new(StringComparer.Ordinal);

    /// <summary>Creates a table of nothing.</summary>
    /// <param name="session">The way to the broker.</param>
    public TopicIds(BrokerSession session) => _session = session;

    /// <summary>Names partitions.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="timeout">How long to wait for a name.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The partitions whose topics are there. One that is gone has no name any more.</returns>
    /// <exception cref="StreamLogException">There is no answer.</exception>
    public async ValueTask<IReadOnlySet<TopicPartition>> NameAsync(
        IReadOnlyCollection<ConsumerGroupHeartbeatResponse.TopicPartitions> partitions,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        List<Guid> missing =
            [.. partitions.Select(static topic => topic.TopicId).Where(id => !_names.ContainsKey(id)).Distinct()];
        if (missing.Count > 0)
            await AskAsync(missing, timeout, cancellationToken).ConfigureAwait(false);

        HashSet<TopicPartition> named = [];
        foreach (ConsumerGroupHeartbeatResponse.TopicPartitions topic in partitions)
        {
            if (!_names.TryGetValue(topic.TopicId, out string? name))
                continue;
            foreach (int partition in topic.Partitions)
                named.Add(new TopicPartition(name, partition));
        }

        return named;
    }

    /// <summary>Numbers partitions that this table has named.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <returns>The partitions under the ids of their topics.</returns>
    public List<ConsumerGroupHeartbeatRequest.TopicPartitions> Number(IEnumerable<TopicPartition> partitions) =>
    [
        .. partitions
            .GroupBy(static partition => partition.Topic, StringComparer.Ordinal)
            .Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitions
            {
                TopicId = _ids[topic.Key],
                Partitions = [.. topic.Select(static partition => partition.Partition).Order()],
            }),
    ];

    private async ValueTask AskAsync(List<Guid> ids, TimeSpan timeout, CancellationToken cancellationToken)
    {
        MetadataResponse response = await _session.RetryAsync(
            (left, token) => _session.SendAsync(Request(ids), left, token), timeout, cancellationToken)
            .ConfigureAwait(false);
        foreach (MetadataResponse.MetadataResponseTopic topic in response.Topics)
        {
            if (topic.ErrorCode != ErrorCode.None || topic.Name is not { } name)
                continue;
            _names[topic.TopicId] = name;
            _ids[name] = topic.TopicId;
        }
    }

    private static MetadataRequest Request(List<Guid> ids) => new()
    {
        AllowAutoTopicCreation = false,
        Topics = [.. ids.Select(static id => new MetadataRequest.MetadataRequestTopic { TopicId = id, Name = null })],
    };
}
