namespace StreamLog.Clients.Consuming;

/// <summary>Finds where the reading of partitions begins: where the caller says, where the group has come to, or by the
/// policy.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PartitionStarts
{
    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly OffsetLookup _offsets;
    private readonly GroupOffsets _groups;

    /// <summary>Creates the search.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The group and the policy.</param>
    /// <param name="offsets">Finds the ends of partitions.</param>
    /// <param name="groups">Finds what the group has committed.</param>
    public PartitionStarts(BrokerSession session, ConsumerOptions options, OffsetLookup offsets, GroupOffsets groups)
    {
        _session = session;
        _options = options;
        _offsets = offsets;
        _groups = groups;
    }

    /// <summary>Finds where partitions begin.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="startAt">The caller's wish, or <see langword="null"/>.</param>
    /// <param name="ends">Where the reading ends; <see langword="null"/> for never.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>A reading for each partition.</returns>
    /// <exception cref="StreamLogException">A partition is not there, or there is neither offset nor
    /// policy.</exception>
    public async ValueTask<List<PartitionReading>> FindAsync(
        IReadOnlyCollection<TopicPartition> partitions,
        StartAt? startAt,
        IReadOnlyDictionary<TopicPartition, long>? ends,
        CancellationToken cancellationToken)
    {
        Dictionary<string, TopicMetadata> topics =
            await FindTopicsAsync(partitions, cancellationToken).ConfigureAwait(false);
        Dictionary<TopicPartition, long> begins = startAt is { } wish
            ? new(await _offsets
                .FindAsync(partitions, wish, _options.ApiTimeout, cancellationToken)
                .ConfigureAwait(false))
            : await FindCommittedAsync(partitions, cancellationToken).ConfigureAwait(false);

        List<PartitionReading> readings = [];
        foreach (TopicPartition partition in partitions)
        {
            TopicMetadata topic = topics[partition.Topic];
            int epoch = topic.LeaderEpochs[partition.Partition];
            readings.Add(new PartitionReading(partition, topic.TopicId, epoch, begins[partition])
            {
                EndOffset = ends is null ? long.MaxValue : ends[partition],
            });
        }

        return readings;
    }

    private async ValueTask<Dictionary<string, TopicMetadata>> FindTopicsAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Dictionary<string, TopicMetadata> topics = new(StringComparer.Ordinal);
        foreach (TopicPartition partition in partitions)
        {
            if (!topics.TryGetValue(partition.Topic, out TopicMetadata? topic))
            {
                TopicNames.Check(partition.Topic);
                topic = await _session.RetryAsync(
                    (left, token) => _session.FindTopicAsync(partition.Topic, mayCreate: true, left, token),
                    _options.ApiTimeout,
                    cancellationToken).ConfigureAwait(false);
                topics.Add(partition.Topic, topic);
            }

            if ((uint)partition.Partition >= (uint)topic.PartitionCount)
                throw ClientErrors.NoPartition(partition.Topic, partition.Partition, topic.PartitionCount);
        }

        return topics;
    }

    private async ValueTask<Dictionary<TopicPartition, long>> FindCommittedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Dictionary<TopicPartition, long> begins = [];
        if (_options.Group is { } group)
        {
            Dictionary<TopicPartition, OffsetAndMetadata> committed = await _groups
                .FetchAsync(group, partitions, _options.ApiTimeout, cancellationToken).ConfigureAwait(false);
            foreach ((TopicPartition partition, OffsetAndMetadata offset) in committed)
                begins[partition] = offset.Offset;
        }

        List<TopicPartition> missing = [.. partitions.Where(partition => !begins.ContainsKey(partition))];
        if (missing.Count == 0)
            return begins;
        if (_options.OffsetReset == OffsetReset.None)
        {
            throw new StreamLogException(
                ErrorCode.OffsetOutOfRange,
                $"There is no committed offset for {string.Join(", ", missing)}, and the reset policy is None. Say "
                + "where to start, or set ConsumerOptions.OffsetReset to Earliest or Latest.");
        }

        StartAt policy = _options.OffsetReset == OffsetReset.Latest ? StartAt.Latest : StartAt.Earliest;
        foreach ((TopicPartition partition, long offset) in await _offsets
            .FindAsync(missing, policy, _options.ApiTimeout, cancellationToken).ConfigureAwait(false))
        {
            begins[partition] = offset;
        }

        return begins;
    }
}
