using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>The part of <see cref="Admin"/> that lists and describes topics.</summary>
internal sealed class AdminTopics
{
    // Kafka's isolation level under which the end is the last stable offset.
    private const sbyte ReadCommitted = 1;
    private const long LatestTimestamp = -1;

    private readonly BrokerSession _session;
    private readonly OffsetLookup _offsets;
    private readonly TimeSpan _timeout;

    /// <summary>Creates the part.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="offsets">Finds the ends of partitions.</param>
    /// <param name="timeout">How long a call may take.</param>
    public AdminTopics(BrokerSession session, OffsetLookup offsets, TimeSpan timeout)
    {
        _session = session;
        _offsets = offsets;
        _timeout = timeout;
    }

    /// <summary>Lists the names of topics.</summary>
    /// <param name="includeInternal">Whether StreamLog's own are listed too.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The names, in ordinal order.</returns>
    public async ValueTask<IReadOnlyList<string>> ListAsync(bool includeInternal, CancellationToken cancellationToken)
    {
        MetadataResponse response = await _session.RetryAsync(
            async (left, token) =>
            {
                MetadataRequest request = new() { Topics = null, AllowAutoTopicCreation = false };
                MetadataResponse all = await _session.SendAsync(request, left, token).ConfigureAwait(false);
                return all.ErrorCode == ErrorCode.None
                    ? all
                    : throw ClientErrors.Refused(all.ErrorCode, "Listing the topics");
            },
            _timeout,
            cancellationToken).ConfigureAwait(false);

        List<string> names = [];
        foreach (MetadataResponse.MetadataResponseTopic topic in response.Topics)
        {
            if (topic.Name is { } name && (includeInternal || !topic.IsInternal))
                names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Describes a topic.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The topic, without its segments.</returns>
    public async ValueTask<Topic> DescribeAsync(string name, CancellationToken cancellationToken)
    {
        MetadataResponse.MetadataResponseTopic topic = await _session.RetryAsync(
            (left, token) => _session.AskTopicAsync(name, mayCreate: false, left, token),
            _timeout,
            cancellationToken).ConfigureAwait(false);

        // A partition that has failed cannot tell its offsets, and is described without them.
        List<TopicPartition> online = [];
        foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
        {
            if (partition.ErrorCode == ErrorCode.None && partition.LeaderId >= 0)
                online.Add(new TopicPartition(name, partition.PartitionIndex));
        }

        IReadOnlyDictionary<TopicPartition, long> starts =
            await _offsets.FindAsync(online, StartAt.Earliest, _timeout, cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, long> ends =
            await _offsets.FindAsync(online, StartAt.Latest, _timeout, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, long> stable =
            await FindStableAsync(online, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, (long Size, long Lag)> sizes =
            await FindSizesAsync(name, topic.Partitions.Count, cancellationToken).ConfigureAwait(false);

        List<Partition> partitions = [];
        foreach (MetadataResponse.MetadataResponsePartition partition in topic.Partitions)
        {
            TopicPartition key = new(name, partition.PartitionIndex);
            long end = ends.GetValueOrDefault(key, -1);
            (long size, long lag) = sizes.GetValueOrDefault(key);
            partitions.Add(new Partition
            {
                TopicPartition = key,
                LeaderId = partition.LeaderId,
                LeaderEpoch = partition.LeaderEpoch,
                Replicas = partition.ReplicaNodes,
                InSyncReplicas = partition.IsrNodes,
                Failure = partition.ErrorCode == ErrorCode.None
                    ? null
                    : ClientErrors.ForPartition(partition.ErrorCode, key),
                LogStartOffset = starts.GetValueOrDefault(key, -1),
                HighWatermark = end,
                LogEndOffset = end < 0 ? -1 : end + Math.Max(0, lag),
                LastStableOffset = stable.GetValueOrDefault(key, end),
                SizeInBytes = size,
            });
        }

        return new Topic(name, topic.TopicId, topic.IsInternal, partitions);
    }

    private async ValueTask<Dictionary<TopicPartition, long>> FindStableAsync(
        List<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Dictionary<TopicPartition, long> found = [];
        if (partitions.Count == 0)
            return found;

        ListOffsetsRequest request = new() { ReplicaId = -1, IsolationLevel = ReadCommitted };
        request.Topics.Add(new ListOffsetsRequest.ListOffsetsTopic
        {
            Name = partitions[0].Topic,
            Partitions =
            [
                .. partitions.Select(static partition => new ListOffsetsRequest.ListOffsetsPartition
                {
                    PartitionIndex = partition.Partition,
                    Timestamp = LatestTimestamp,
                }),
            ],
        });
        ListOffsetsResponse response =
            await _session.SendAsync(request, _timeout, cancellationToken).ConfigureAwait(false);
        foreach (ListOffsetsResponse.ListOffsetsTopicResponse topic in response.Topics)
        {
            foreach (ListOffsetsResponse.ListOffsetsPartitionResponse answer in topic.Partitions)
            {
                if (answer.ErrorCode == ErrorCode.None)
                    found[new TopicPartition(topic.Name, answer.PartitionIndex)] = answer.Offset;
            }
        }

        return found;
    }

    /// <summary>Asks how large partitions are, and how far their ends lie beyond the high watermark. Not every broker
    /// tells.</summary>
    private async ValueTask<Dictionary<TopicPartition, (long Size, long Lag)>> FindSizesAsync(
        string name, int count, CancellationToken cancellationToken)
    {
        Dictionary<TopicPartition, (long Size, long Lag)> found = [];
        if (!_session.Broker.Speaks(ApiKey.DescribeLogDirs))
            return found;

        DescribeLogDirsRequest request = new()
        {
            Topics =
            [
                new DescribeLogDirsRequest.DescribableLogDirTopic
                {
                    Topic = name,
                    Partitions = [.. Enumerable.Range(0, count)],
                },
            ],
        };
        DescribeLogDirsResponse response =
            await _session.SendAsync(request, _timeout, cancellationToken).ConfigureAwait(false);
        foreach (DescribeLogDirsResponse.DescribeLogDirsResult directory in response.Results)
        {
            foreach (DescribeLogDirsResponse.DescribeLogDirsTopic topic in directory.Topics)
            {
                foreach (DescribeLogDirsResponse.DescribeLogDirsPartition partition in topic.Partitions)
                {
                    TopicPartition key = new(topic.Name, partition.PartitionIndex);
                    found[key] = (partition.PartitionSize, partition.OffsetLag);
                }
            }
        }

        return found;
    }
}
