using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>Asks where partitions begin, end, or reach a time.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class OffsetLookup
{
    // The special times of Kafka's ListOffsets.
    private const long LatestTimestamp = -1;
    private const long EarliestTimestamp = -2;

    private readonly BrokerSession _session;
    private readonly IsolationLevel _isolation;

    /// <summary>Creates the lookup.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="isolation">Who asks: for readers of committed records the end is where the first open transaction
    /// begins.</param>
    public OffsetLookup(BrokerSession session, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        _session = session;
        _isolation = isolation;
    }

    /// <summary>Finds offsets.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="at">Which offset of each.</param>
    /// <param name="timeout">How long it may take, with retries.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The offsets; for a time that no record has reached, the end that consumers may read to.</returns>
    /// <exception cref="StreamLogException">A partition is not there, or cannot be asked.</exception>
    public async ValueTask<IReadOnlyDictionary<TopicPartition, long>> FindAsync(
        IReadOnlyCollection<TopicPartition> partitions,
        StartAt at,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        if (at.Kind == StartAtKind.Offset)
            return partitions.Distinct().ToDictionary(static partition => partition, _ => at.Value);

        long timestamp = at.Kind switch
        {
            StartAtKind.Earliest => EarliestTimestamp,
            StartAtKind.Latest => LatestTimestamp,
            _ => at.Value,
        };
        Dictionary<TopicPartition, long> found =
            await AskAsync(partitions, timestamp, timeout, cancellationToken).ConfigureAwait(false);
        List<TopicPartition> older = [.. found.Where(static pair => pair.Value < 0).Select(static pair => pair.Key)];
        if (older.Count > 0)
        {
            foreach ((TopicPartition partition, long end) in
                await AskAsync(older, LatestTimestamp, timeout, cancellationToken).ConfigureAwait(false))
            {
                found[partition] = end;
            }
        }

        return found;
    }

    private ValueTask<Dictionary<TopicPartition, long>> AskAsync(
        IReadOnlyCollection<TopicPartition> partitions,
        long timestamp,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        _session.RetryAsync(
            async (left, token) =>
            {
                ListOffsetsRequest request = Build(partitions, timestamp, left);
                return Read(await _session.SendAsync(request, left, token).ConfigureAwait(false), partitions);
            },
            timeout,
            cancellationToken);

    private ListOffsetsRequest Build(
        IReadOnlyCollection<TopicPartition> partitions, long timestamp, TimeSpan timeout)
    {
        ListOffsetsRequest request = new()
        {
            ReplicaId = -1,
            IsolationLevel = (sbyte)_isolation,
            TimeoutMs = Durations.ToRequest(timeout),
        };
        foreach (IGrouping<string, TopicPartition> topic in
            partitions.Distinct().GroupBy(static partition => partition.Topic))
        {
            request.Topics.Add(new ListOffsetsRequest.ListOffsetsTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(partition => new ListOffsetsRequest.ListOffsetsPartition
                    {
                        PartitionIndex = partition.Partition,
                        Timestamp = timestamp,
                    }),
                ],
            });
        }

        return request;
    }

    private static Dictionary<TopicPartition, long> Read(
        ListOffsetsResponse response, IReadOnlyCollection<TopicPartition> partitions)
    {
        Dictionary<TopicPartition, long> found = [];
        foreach (ListOffsetsResponse.ListOffsetsTopicResponse topic in response.Topics)
        {
            foreach (ListOffsetsResponse.ListOffsetsPartitionResponse answer in topic.Partitions)
            {
                TopicPartition partition = new(topic.Name, answer.PartitionIndex);
                if (answer.ErrorCode != ErrorCode.None)
                    throw ClientErrors.ForPartition(answer.ErrorCode, partition);
                found[partition] = answer.Offset;
            }
        }

        foreach (TopicPartition partition in partitions)
        {
            if (!found.ContainsKey(partition))
                throw ClientErrors.ForPartition(ErrorCode.UnknownServerError, partition);
        }

        return found;
    }
}
