using StreamLog.Clients.Membership;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>The offsets that groups have committed, over any broker.</summary>
/// <remarks>Thread-safe. Commits are those of a simple consumer, for which the group must have no members, unless
/// <see cref="Member"/> says who commits.</remarks>
internal sealed class GroupOffsets
{
    private readonly BrokerSession _session;
    private readonly ClientMetrics? _metrics;

    /// <summary>Creates the access.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="metrics">What commits are counted with; <see langword="null"/> is nothing.</param>
    public GroupOffsets(BrokerSession session, ClientMetrics? metrics = null)
    {
        _session = session;
        _metrics = metrics;
    }

    /// <summary>Gets or sets what tells which member of the group commits: at each attempt, since its epoch
    /// rises.</summary>
    public Func<MemberStamp>? Member { get; set; }

    /// <summary>Commits offsets.</summary>
    /// <param name="group">The group.</param>
    /// <param name="offsets">For each partition the offset to read next.</param>
    /// <param name="timeout">How long it may take, with retries.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the offsets are durable.</returns>
    /// <exception cref="StreamLogException">The broker refuses.</exception>
    public async ValueTask CommitAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        if (offsets.Count == 0)
            return;
        foreach ((TopicPartition partition, OffsetAndMetadata offset) in offsets)
            ClientErrors.ThrowIfNegative(partition, offset.Offset, nameof(offsets));

        if (_metrics is not { MeasuresOperations: true } metrics)
        {
            await SendAsync(group, offsets, timeout, cancellationToken).ConfigureAwait(false);
            return;
        }

        string first = offsets.Keys.First().Topic;
        string? topic = offsets.Keys.All(partition => partition.Topic == first) ? first : null;
        long startedAt = _session.Time.GetTimestamp();
        string? errorType = null;
        try
        {
            await SendAsync(group, offsets, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            errorType = ErrorTypes.Of(exception);
            throw;
        }
        finally
        {
            metrics.Committed(topic, group, _session.Time.GetElapsedTime(startedAt), errorType);
        }
    }

    /// <summary>Returns committed offsets.</summary>
    /// <param name="group">The group.</param>
    /// <param name="partitions">The partitions, or <see langword="null"/> for all that the group has committed.</param>
    /// <param name="timeout">How long it may take, with retries.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The offsets of those partitions that have one.</returns>
    /// <exception cref="StreamLogException">The broker refuses.</exception>
    public ValueTask<Dictionary<TopicPartition, OffsetAndMetadata>> FetchAsync(
        string group,
        IReadOnlyCollection<TopicPartition>? partitions,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        _session.RetryAsync(
            async (left, token) =>
            {
                OffsetFetchRequest request = BuildFetch(group, partitions);
                return Read(await _session.SendAsync(request, left, token).ConfigureAwait(false), group);
            },
            timeout,
            cancellationToken);

    private async ValueTask SendAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        await _session.RetryAsync(
            async (left, token) =>
            {
                // A request is not sent twice, since the one before may still be read.
                OffsetCommitRequest request = BuildCommit(group, offsets);
                OffsetCommitResponse response =
                    await _session.SendAsync(request, left, token).ConfigureAwait(false);
                Check(response, group, offsets.Count, isMember: Member is not null);
                return true;
            },
            timeout,
            cancellationToken).ConfigureAwait(false);

    private OffsetCommitRequest BuildCommit(
        string group, IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets)
    {
        OffsetCommitRequest request = new() { GroupId = group };
        if (Member?.Invoke() is { } member)
        {
            request.MemberId = member.MemberId;
            request.GenerationIdOrMemberEpoch = member.Epoch;
            request.GroupInstanceId = member.InstanceId;
        }

        foreach (IGrouping<string, KeyValuePair<TopicPartition, OffsetAndMetadata>> topic in
            offsets.GroupBy(static pair => pair.Key.Topic))
        {
            request.Topics.Add(new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(static pair => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = pair.Key.Partition,
                        CommittedOffset = pair.Value.Offset,
                        CommittedLeaderEpoch = pair.Value.LeaderEpoch,
                        CommittedMetadata = pair.Value.Metadata,
                    }),
                ],
            });
        }

        return request;
    }

    private static void Check(OffsetCommitResponse response, string group, int expected, bool isMember)
    {
        int answered = 0;
        foreach (OffsetCommitResponse.OffsetCommitResponseTopic topic in response.Topics)
        {
            foreach (OffsetCommitResponse.OffsetCommitResponsePartition answer in topic.Partitions)
            {
                answered++;
                if (answer.ErrorCode == ErrorCode.None)
                    continue;
                throw ClientErrors.ForCommit(
                    answer.ErrorCode, group, new TopicPartition(topic.Name, answer.PartitionIndex), isMember);
            }
        }

        if (answered < expected)
            throw ClientErrors.ForGroup(ErrorCode.UnknownServerError, group, "commit offsets");
    }

    private static OffsetFetchRequest BuildFetch(string group, IReadOnlyCollection<TopicPartition>? partitions)
    {
        OffsetFetchRequest.OffsetFetchRequestGroup asked = new() { GroupId = group, Topics = null };
        if (partitions is not null)
        {
            asked.Topics = [];
            foreach (IGrouping<string, TopicPartition> topic in partitions.GroupBy(static partition => partition.Topic))
            {
                asked.Topics.Add(new OffsetFetchRequest.OffsetFetchRequestTopics
                {
                    Name = topic.Key,
                    PartitionIndexes = [.. topic.Select(static partition => partition.Partition)],
                });
            }
        }

        return new OffsetFetchRequest { Groups = [asked], RequireStable = true };
    }

    private static Dictionary<TopicPartition, OffsetAndMetadata> Read(OffsetFetchResponse response, string group)
    {
        Dictionary<TopicPartition, OffsetAndMetadata> found = [];
        if (response.ErrorCode != ErrorCode.None)
            throw ClientErrors.ForGroup(response.ErrorCode, group, "tell its offsets");

        foreach (OffsetFetchResponse.OffsetFetchResponseGroup answer in response.Groups)
        {
            // A group that nobody has heard of has committed nothing.
            if (answer.ErrorCode == ErrorCode.GroupIdNotFound)
                continue;
            if (answer.ErrorCode != ErrorCode.None)
                throw ClientErrors.ForGroup(answer.ErrorCode, group, "tell its offsets");
            foreach (OffsetFetchResponse.OffsetFetchResponseTopics topic in answer.Topics)
                Read(topic, group, found);
        }

        return found;
    }

    private static void Read(
        OffsetFetchResponse.OffsetFetchResponseTopics topic,
        string group,
        Dictionary<TopicPartition, OffsetAndMetadata> found)
    {
        foreach (OffsetFetchResponse.OffsetFetchResponsePartitions answer in topic.Partitions)
        {
            if (answer.ErrorCode is not (ErrorCode.None or ErrorCode.UnknownTopicOrPartition))
            {
                throw ClientErrors.ForGroup(
                    answer.ErrorCode, group, $"tell the offset of {topic.Name}-{answer.PartitionIndex}");
            }

            if (answer.CommittedOffset >= 0)
            {
                found[new TopicPartition(topic.Name, answer.PartitionIndex)] = new OffsetAndMetadata(
                    answer.CommittedOffset, answer.CommittedLeaderEpoch, answer.Metadata ?? "");
            }
        }
    }
}
