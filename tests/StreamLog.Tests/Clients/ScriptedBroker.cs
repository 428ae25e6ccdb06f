using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Tests.Clients;

/// <summary>A broker in a few lines for tests of clients: partitions in memory, and every fault that a script asks
/// for.</summary>
internal sealed class ScriptedBroker : IBroker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScriptedPartition[]> _topics = [];
    private readonly Dictionary<(string Group, TopicPartition Partition), long> _offsets = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _nextProducerId = 1000;

    public IReadOnlyList<ApiVersionRange> SupportedApis { get; init; } =
        [new(ApiKey.ConsumerGroupHeartbeat, 0, 1)];

    /// <summary>Gets or sets the script: what goes wrong with a request, or null.</summary>
    public Func<object, Fault?> Script { get; set; } = _ => null;

    public int MaxMessageBytes { get; set; } = 10 * 1024 * 1024;

    public bool AutoCreate { get; set; }

    public List<object> Requests { get; } = [];

    public IReadOnlyDictionary<(string Group, TopicPartition Partition), long> Offsets => _offsets;

    public IEnumerable<T> Sent<T>()
    {
        lock (_gate)
            return Requests.OfType<T>().ToList();
    }

    public ScriptedBroker Add(string topic, int partitions)
    {
        lock (_gate)
        {
            ScriptedPartition[] before = _topics.GetValueOrDefault(topic, []);
            _topics[topic] = [.. before, .. Enumerable.Range(
                before.Length, partitions - before.Length).Select(_ => new ScriptedPartition())];
        }

        return this;
    }

    public void Remove(string topic)
    {
        lock (_gate)
            _topics.Remove(topic);
    }

    public ScriptedPartition Partition(string topic, int partition = 0)
    {
        lock (_gate)
            return _topics[topic][partition];
    }

    public void Do(Action action)
    {
        lock (_gate)
            action();
        Changed();
    }

    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        Fault? fault;
        lock (_gate)
        {
            Requests.Add(request);
            fault = Script(request);
        }

        if (fault?.Exception is { } exception)
            throw exception;
        return fault is null && request is not FetchRequest
            ? new ValueTask<TResponse>((TResponse)Answer(request, ErrorCode.None))
            : new ValueTask<TResponse>(AnswerAsync<TResponse>(request, fault ?? new Fault(), cancellationToken));
    }

    private async Task<TResponse> AnswerAsync<TResponse>(
        object request, Fault fault, CancellationToken cancellationToken)
    {
        if (fault.LosesRequest)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (fault.ArrivesAfter is not null)
            await fault.ArrivesAfter;

        if (request is FetchRequest fetch && fault.Error == ErrorCode.None)
            return (TResponse)(object)await FetchAsync(fetch, cancellationToken);

        object answer = Answer(request, fault.FailsAfterwards ? ErrorCode.None : fault.Error);
        if (fault.LosesAnswer)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        if (fault.Until is not null)
            await fault.Until;
        if (fault.FailsAfterwards)
            throw new StreamLogException(fault.Error, "Scripted.");
        return (TResponse)answer;
    }

    private object Answer(object request, ErrorCode error)
    {
        object answer;
        lock (_gate)
        {
            answer = request switch
            {
                ProduceRequest produce => Produce(produce, error),
                MetadataRequest metadata => Metadata(metadata, error),
                InitProducerIdRequest => new InitProducerIdResponse
                {
                    ErrorCode = error,
                    ProducerId = _nextProducerId++,
                },
                ListOffsetsRequest list => ScriptedOffsets.List(list, error, Find),
                OffsetCommitRequest commit => ScriptedOffsets.Commit(commit, error, _offsets),
                OffsetFetchRequest fetch => ScriptedOffsets.Fetch(fetch, error, _offsets),
                ConsumerGroupHeartbeatRequest heartbeat => Heartbeat(heartbeat, error),
                FetchRequest fetch => Fetch(fetch, error).Response,
                _ => throw new StreamLogException(
                    ErrorCode.UnsupportedVersion, $"{request.GetType().Name} is not scripted."),
            };
        }

        if (request is ProduceRequest)
            Changed();
        return answer;
    }

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }

    private ScriptedPartition? Find(string topic, int partition) =>
        _topics.TryGetValue(topic, out ScriptedPartition[]? partitions) && (uint)partition < (uint)partitions.Length
            ? partitions[partition]
            : null;

    private ProduceResponse Produce(ProduceRequest request, ErrorCode error)
    {
        ProduceResponse response = new();
        foreach (ProduceRequest.TopicProduceData topic in request.TopicData)
        {
            ProduceResponse.TopicProduceResponse answers = new() { Name = topic.Name };
            response.Responses.Add(answers);
            foreach (ProduceRequest.PartitionProduceData data in topic.PartitionData)
            {
                (ErrorCode Error, long BaseOffset) result =
                    error != ErrorCode.None ? (error, -1) :
                    Find(topic.Name, data.Index) is { } partition ? partition.Append(
                        data.Records!.Span, MaxMessageBytes) :
                    (ErrorCode.UnknownTopicOrPartition, -1);

                // Whether it was appended or not: a producer does not rely on the header of what it has handed over.
                if (data.Records!.TryClaim())
                    RecordBatchHeader.Stamp(data.Records.WritableMemory.Span, baseOffset: 1 << 20, leaderEpoch: 7);
                answers.PartitionResponses.Add(new ProduceResponse.PartitionProduceResponse
                {
                    Index = data.Index,
                    ErrorCode = result.Error,
                    BaseOffset = result.BaseOffset,
                });
            }
        }

        return response;
    }

    private MetadataResponse Metadata(MetadataRequest request, ErrorCode error)
    {
        MetadataResponse response = new();
        foreach (string name in request.Topics?.Select(topic => topic.Name ?? NameOf(topic.TopicId)) ?? _topics.Keys)
        {
            if (AutoCreate && request.AllowAutoTopicCreation && !_topics.ContainsKey(name))
                _topics[name] = [new ScriptedPartition()];
            MetadataResponse.MetadataResponseTopic topic =
                new() { Name = name, TopicId = IdOf(name), ErrorCode = error };
            response.Topics.Add(topic);
            if (!_topics.TryGetValue(name, out ScriptedPartition[]? partitions))
                topic.ErrorCode = error == ErrorCode.None ? ErrorCode.UnknownTopicOrPartition : error;
            else
                topic.Partitions.AddRange(partitions.Select(static (_, i) => Describe(i)));
        }

        return response;
    }

    private string NameOf(Guid topicId) => _topics.Keys.First(name => IdOf(name) == topicId);

    private static Guid IdOf(string topic) =>
        new(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(topic)).AsSpan(0, 16));

    // A group of one, which has everything from its first heartbeat on.
    private ConsumerGroupHeartbeatResponse Heartbeat(ConsumerGroupHeartbeatRequest request, ErrorCode error)
    {
        ConsumerGroupHeartbeatResponse response = new()
        {
            ErrorCode = error,
            MemberId = request.MemberId,
            MemberEpoch = Math.Abs(request.MemberEpoch) == 1 ? request.MemberEpoch : 1,
            HeartbeatIntervalMs = 5_000,
        };
        if (request.MemberEpoch == 0)
        {
            response.Assignment = new ConsumerGroupHeartbeatResponse.MemberAssignment();
            foreach (string topic in request.SubscribedTopicNames!)
            {
                response.Assignment.Partitions.Add(new ConsumerGroupHeartbeatResponse.TopicPartitions
                {
                    TopicId = IdOf(topic),
                    Partitions = [.. Enumerable.Range(0, _topics[topic].Length)],
                });
            }
        }

        return response;
    }

    private static MetadataResponse.MetadataResponsePartition Describe(int partition) =>
        new() { PartitionIndex = partition, LeaderId = 1, LeaderEpoch = 0 };

    private async Task<FetchResponse> FetchAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                (FetchResponse response, bool isEmpty) = Fetch(request, ErrorCode.None);
                if (!isEmpty || request.MaxWaitMs == 0)
                    return response;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    private (FetchResponse Response, bool IsEmpty) Fetch(FetchRequest request, ErrorCode error)
    {
        FetchResponse response = new();
        int left = request.MaxBytes;
        bool isEmpty = true;
        foreach (FetchRequest.FetchTopic topic in request.Topics)
        {
            FetchResponse.FetchableTopicResponse answers = new() { Topic = topic.Topic };
            response.Responses.Add(answers);
            foreach (FetchRequest.FetchPartition asked in topic.Partitions)
            {
                ScriptedPartition? partition = Find(topic.Topic, asked.Partition);
                FetchResponse.PartitionData answer = new()
                {
                    PartitionIndex = asked.Partition,
                    HighWatermark = partition?.LogEndOffset ?? -1,
                    LogStartOffset = partition?.LogStartOffset ?? -1,
                };
                answers.Partitions.Add(answer);
                answer.ErrorCode =
                    error != ErrorCode.None ? error :
                    partition is null ? ErrorCode.UnknownTopicOrPartition :
                    asked.FetchOffset < partition.LogStartOffset ? ErrorCode.OffsetOutOfRange :
                    asked.FetchOffset > partition.LogEndOffset ? ErrorCode.OffsetOutOfRange :
                    ErrorCode.None;
                if (answer.ErrorCode == ErrorCode.None && asked.FetchOffset < partition!.LogEndOffset && left > 0)
                {
                    answer.Records = partition.Read(asked.FetchOffset, Math.Min(left, asked.PartitionMaxBytes));
                    left -= answer.Records.Length;
                }

                isEmpty &= answer.ErrorCode == ErrorCode.None && answer.Records is null;
            }
        }

        return (response, isEmpty);
    }
}
