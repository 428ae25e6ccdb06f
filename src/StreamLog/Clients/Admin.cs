using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>The management of topics and offsets, over any broker.</summary>
/// <remarks>Thread-safe. It holds nothing.</remarks>
internal sealed class Admin : IAdmin
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NewsTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryBackoff = TimeSpan.FromMilliseconds(100);

    // Stands for "the broker's default" in Kafka's CreateTopics.
    private const int Default = -1;

    private readonly BrokerSession _session;
    private readonly OffsetLookup _offsets;
    private readonly GroupOffsets _groups;
    private readonly AdminConfigs _configs;
    private readonly AdminTopics _topics;

    /// <summary>Creates the management of a broker.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    public Admin(IBroker broker, INodeEnvironment environment)
    {
        _session = new BrokerSession(broker, environment, "streamlog-admin", RetryBackoff);
        _offsets = new OffsetLookup(_session);
        _groups = new GroupOffsets(_session);
        _configs = new AdminConfigs(_session, Timeout);
        _topics = new AdminTopics(_session, _offsets, Timeout);
    }

    /// <inheritdoc/>
    public async ValueTask CreateTopicAsync(
        string name,
        int? partitions = null,
        IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        if (partitions < 1)
        {
            throw new StreamLogException(
                ErrorCode.InvalidPartitions, $"Topic '{name}' cannot have {partitions} partitions. Give it 1 or more.");
        }

        await RetryAsync(
            (left, token) => CreateOnceAsync(name, partitions, configs, left, token), cancellationToken)
            .ConfigureAwait(false);
        await WaitForPartitionsAsync(name, partitions ?? 1, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> CreateTopicIfMissingAsync(
        string name,
        int? partitions = null,
        IReadOnlyDictionary<string, string>? configs = null,
        CancellationToken cancellationToken = default)
    {
        try
        {
            await CreateTopicAsync(name, partitions, configs, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.TopicAlreadyExists)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteTopicAsync(string name, CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        await RetryAsync((left, token) => DeleteOnceAsync(name, left, token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask CreatePartitionsAsync(
        string name, int totalCount, CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        await RetryAsync((left, token) => GrowOnceAsync(name, totalCount, left, token), cancellationToken)
            .ConfigureAwait(false);
        await WaitForPartitionsAsync(name, totalCount, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        bool includeInternal = false, CancellationToken cancellationToken = default) =>
        _topics.ListAsync(includeInternal, cancellationToken);

    /// <summary>Counts the partitions of a topic.</summary>
    /// <param name="name">The topic.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The number.</returns>
    /// <exception cref="StreamLogException">The topic is not there.</exception>
    public async ValueTask<int> CountPartitionsAsync(string name, CancellationToken cancellationToken)
    {
        TopicMetadata topic = await _session.RetryAsync(
            (left, token) => _session.FindTopicAsync(name, mayCreate: false, left, token),
            Timeout,
            cancellationToken).ConfigureAwait(false);
        return topic.PartitionCount;
    }

    /// <inheritdoc/>
    public ValueTask<Topic> DescribeTopicAsync(string name, CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        return _topics.DescribeAsync(name, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<string, ConfigEntry>> DescribeConfigsAsync(
        string name, CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        return _configs.DescribeAsync(name, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask AlterConfigsAsync(
        string name, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken = default)
    {
        TopicNames.Check(name);
        ArgumentNullException.ThrowIfNull(changes);
        return _configs.AlterAsync(name, changes, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<TopicPartition, long>> ListOffsetsAsync(
        IEnumerable<TopicPartition> partitions, StartAt at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        List<TopicPartition> asked = [.. partitions];
        foreach (TopicPartition partition in asked)
            TopicNames.Check(partition.Topic);
        return _offsets.FindAsync(asked, at, Timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<TopicPartition, long>> DeleteRecordsAsync(
        IReadOnlyDictionary<TopicPartition, long> beforeOffsets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(beforeOffsets);
        Dictionary<TopicPartition, long> starts = [];
        await RetryAsync(
            (left, token) => DeleteRecordsOnceAsync(beforeOffsets, starts, left, token), cancellationToken)
            .ConfigureAwait(false);
        return starts;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<TopicPartition, OffsetAndMetadata>> ListGroupOffsetsAsync(
        string group, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return await _groups.FetchAsync(group, partitions: null, Timeout, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask AlterGroupOffsetsAsync(
        string group,
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        ArgumentNullException.ThrowIfNull(offsets);
        return _groups.CommitAsync(group, offsets, Timeout, cancellationToken);
    }

    private ValueTask RetryAsync(
        Func<TimeSpan, CancellationToken, ValueTask> attempt, CancellationToken cancellationToken) =>
        _session.RetryAsync(attempt, Timeout, cancellationToken);

    /// <summary>Waits until partitions that were just created are known to those who answer clients, which in a cluster
    /// is not at once.</summary>
    private async ValueTask WaitForPartitionsAsync(string name, int count, CancellationToken cancellationToken)
    {
        try
        {
            await _session.RetryAsync(
                async (left, token) =>
                {
                    TopicMetadata topic = await FindNewAsync(name, left, token).ConfigureAwait(false);
                    return topic.PartitionCount >= count
                        ? topic
                        : throw ClientErrors.ForTopic(ErrorCode.LeaderNotAvailable, name);
                },
                NewsTimeout,
                cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException)
        {
            // They were created all the same, and whoever uses them waits for them.
        }
    }

    private async ValueTask<TopicMetadata> FindNewAsync(
        string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await _session
                .FindTopicAsync(name, mayCreate: false, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.UnknownTopicOrPartition)
        {
            throw ClientErrors.ForTopic(ErrorCode.LeaderNotAvailable, name);
        }
    }

    private async ValueTask CreateOnceAsync(
        string name,
        int? partitions,
        IReadOnlyDictionary<string, string>? configs,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = name,
            NumPartitions = partitions ?? Default,
            ReplicationFactor = Default,
        };
        foreach ((string key, string value) in configs ?? new Dictionary<string, string>())
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = key, Value = value });

        CreateTopicsRequest request = new() { Topics = [topic], TimeoutMs = Durations.ToRequest(timeout) };
        CreateTopicsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        CreateTopicsResponse.CreatableTopicResult? result = response.Topics.Find(answer => answer.Name == name);
        ErrorCode code = result?.ErrorCode ?? ErrorCode.UnknownServerError;
        if (code == ErrorCode.TopicAlreadyExists)
        {
            throw new StreamLogException(
                code, $"There already is a topic '{name}'. Use it, or CreateTopicIfMissingAsync, or delete it first.");
        }

        if (code != ErrorCode.None)
            throw ClientErrors.Refused(code, $"The creation of topic '{name}'", result?.ErrorMessage);
    }

    private async ValueTask DeleteOnceAsync(string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        DeleteTopicsRequest request = new()
        {
            Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = name }],
            TimeoutMs = Durations.ToRequest(timeout),
        };
        DeleteTopicsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        DeleteTopicsResponse.DeletableTopicResult? result = response.Responses.Find(answer => answer.Name == name);
        ErrorCode code = result?.ErrorCode ?? ErrorCode.UnknownServerError;
        if (code == ErrorCode.UnknownTopicOrPartition)
            throw new StreamLogException(code, $"There is no topic '{name}' to delete.");
        if (code != ErrorCode.None)
            throw ClientErrors.Refused(code, $"The deletion of topic '{name}'", result?.ErrorMessage);
    }

    private async ValueTask GrowOnceAsync(
        string name, int totalCount, TimeSpan timeout, CancellationToken cancellationToken)
    {
        CreatePartitionsRequest request = new()
        {
            Topics =
            [
                new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = name,
                    Count = totalCount,
                    Assignments = null,
                },
            ],
            TimeoutMs = Durations.ToRequest(timeout),
        };
        CreatePartitionsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        CreatePartitionsResponse.CreatePartitionsTopicResult? result =
            response.Results.Find(answer => answer.Name == name);
        ErrorCode code = result?.ErrorCode ?? ErrorCode.UnknownServerError;
        if (code == ErrorCode.UnknownTopicOrPartition)
            throw ClientErrors.ForTopic(code, name);
        if (code != ErrorCode.None)
        {
            throw ClientErrors.Refused(
                code, $"Raising topic '{name}' to {totalCount} partitions", result?.ErrorMessage);
        }
    }

    private async ValueTask DeleteRecordsOnceAsync(
        IReadOnlyDictionary<TopicPartition, long> beforeOffsets,
        Dictionary<TopicPartition, long> starts,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        DeleteRecordsRequest request = new() { TimeoutMs = Durations.ToRequest(timeout) };
        foreach (IGrouping<string, KeyValuePair<TopicPartition, long>> topic in
            beforeOffsets.GroupBy(static pair => pair.Key.Topic))
        {
            TopicNames.Check(topic.Key);
            request.Topics.Add(new DeleteRecordsRequest.DeleteRecordsTopic
            {
                Name = topic.Key,
                Partitions =
                [
                    .. topic.Select(static pair => new DeleteRecordsRequest.DeleteRecordsPartition
                    {
                        PartitionIndex = pair.Key.Partition,
                        Offset = pair.Value,
                    }),
                ],
            });
        }

        DeleteRecordsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        foreach (DeleteRecordsResponse.DeleteRecordsTopicResult topic in response.Topics)
        {
            foreach (DeleteRecordsResponse.DeleteRecordsPartitionResult answer in topic.Partitions)
            {
                TopicPartition partition = new(topic.Name, answer.PartitionIndex);
                if (answer.ErrorCode == ErrorCode.OffsetOutOfRange)
                {
                    throw new StreamLogException(
                        answer.ErrorCode,
                        $"Records of {partition} cannot be deleted before offset {beforeOffsets[partition]}, which "
                        + "lies beyond its high watermark. Give a smaller offset, or -1 for the high watermark.");
                }

                if (answer.ErrorCode != ErrorCode.None)
                    throw ClientErrors.ForPartition(answer.ErrorCode, partition);
                starts[partition] = answer.LowWatermark;
            }
        }
    }
}
