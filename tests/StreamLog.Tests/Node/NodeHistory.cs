using Shape = StreamLog.Tests.Node.NodeModel.PartitionModel;
using StreamLog.Storage.Files;
using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>Plays a random history on a node and on a model, and compares what each of the steps answers.</summary>
internal sealed class NodeHistory : IAsyncDisposable
{
    private const int TopicsMax = 4;
    private const string Group = "billing";

    private static readonly string[] Policies = ["delete", "delete", "compact", "compact,delete"];

    private readonly NodeModel _model = new();
    private readonly TrialEnvironment _environment = new(new InMemoryFileSystem(64 * 1024 * 1024));
    private StreamLogNode? _node;
    private IProducer<string, string>? _producer;
    private int _nextValue;

    private NodeUpkeep Upkeep => new(Node, _model, _environment.Files);

    private StreamLogNode Node => _node ?? throw new InvalidOperationException("The node is not running.");

    public async Task PlayAsync(IEnumerable<NodeOperation> operations)
    {
        await RestartAsync();
        foreach (NodeOperation operation in operations)
            await PlayAsync(operation);

        await RestartAsync();
        await CompareAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_producer is not null)
            await _producer.DisposeAsync();

        if (_node is not null)
            await _node.DisposeAsync();
    }

    private async Task PlayAsync(NodeOperation operation)
    {
        switch (operation.Kind)
        {
            case NodeOperationKind.CreateTopic:
                await CreateTopicAsync(operation);
                return;
            case NodeOperationKind.Restart:
                await RestartAsync();
                return;
            case NodeOperationKind.Committed:
                await CompareCommittedAsync();
                return;
        }

        if (_model.Topics.Count == 0)
            return;

        string topic = _model.Topics.Keys.ElementAt(operation.First % _model.Topics.Count);
        int partition = operation.Second % _model.Topics[topic].Partitions.Count;
        await PlayAsync(operation, new TopicPartition(topic, partition), _model.Topics[topic].Partitions[partition]);
    }

    private Task PlayAsync(NodeOperation operation, TopicPartition name, Shape shape) => operation.Kind switch
    {
        NodeOperationKind.Append => AppendAsync(name, shape, 1),
        NodeOperationKind.AppendMany => AppendAsync(name, shape, 2 + (operation.Second % 40)),
        NodeOperationKind.EnqueueAndFlush => EnqueueAsync(name, shape, 1 + (operation.Second % 40)),
        NodeOperationKind.AppendAgain => AppendByTopicAsync(name),
        NodeOperationKind.ReadAll => CompareAsync(name, shape, shape.Start),
        NodeOperationKind.ReadFrom =>
            CompareAsync(name, shape, shape.Start + (operation.Second % (shape.End - shape.Start + 1))),
        NodeOperationKind.FindTime => FindTimeAsync(name, shape, operation.Second),
        NodeOperationKind.Trim => TrimAsync(name, shape, operation.Second),
        NodeOperationKind.Retain => Upkeep.RetainAsync(name.Topic),
        NodeOperationKind.Compact => Upkeep.CompactAsync(name.Topic),
        NodeOperationKind.Repair => Upkeep.RepairAsync(name, operation.Second),
        NodeOperationKind.AlterSize => Upkeep.AlterSizeAsync(name.Topic, operation.Second),
        NodeOperationKind.AddPartitions => AddPartitionsAsync(name.Topic),
        NodeOperationKind.AlterSetting => AlterSettingAsync(name.Topic, operation.Second),
        NodeOperationKind.Commit => CommitAsync(name, shape, operation.Second),
        NodeOperationKind.Describe => DescribeAsync(name.Topic),
        NodeOperationKind.DeleteTopic => DeleteTopicAsync(name.Topic),
        _ => throw new InvalidOperationException($"{operation.Kind} is not played here."),
    };

    private async Task RestartAsync()
    {
        await DisposeAsync();
        StreamLogOptions options = new() { DataDirectory = NodeUpkeep.Directory };
        options.Log.SegmentBytes = 900;
        options.Log.IndexIntervalBytes = 150;
        options.Log.MaxMessageBytes = 800;
        options.Producer.BatchBytes = 600;

        // What a node does of itself is done here on command.
        options.Maintenance.RetentionCheckInterval = TimeSpan.FromDays(1);
        options.Maintenance.CompactionInterval = TimeSpan.FromDays(1);
        _node = await StreamLogNode.StartAsync(options, environment: _environment);
        _producer = _node.CreateProducer<string, string>();
    }

    private async Task CreateTopicAsync(NodeOperation operation)
    {
        string name = $"topic-{operation.First % TopicsMax}";
        int partitions = 1 + (operation.Second % 3);
        bool isNew = !_model.Topics.ContainsKey(name);
        string policy = Policies[operation.Second / 3 % Policies.Length];
        Dictionary<string, string> configs = new() { ["cleanup.policy"] = policy };
        Assert.Equal(isNew, await Node.Admin.CreateTopicIfMissingAsync(name, partitions, configs));
        if (!isNew)
            return;

        NodeModel.TopicModel topic = new() { Policy = policy };
        topic.Partitions.AddRange(Enumerable.Range(0, partitions).Select(_ => new Shape()));
        _model.Topics.Add(name, topic);
    }

    private ProducerRecord<string, string> NextRecord(TopicPartition name, Shape shape)
    {
        int i = _nextValue++;
        bool hasKey = i % 5 != 0 || _model.Topics[name.Topic].IsCompacted;
        string? key = hasKey ? $"key {i % 7}" : null;
        string? value = i % 11 == 0 ? null : $"value {i} {new string('.', i % 60)}";

        // Times go forth and back.
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + (i * 7919 % 100_000));
        shape.Records.Add((key, value, time));
        return new ProducerRecord<string, string>(key!, value!) { Partition = name.Partition, Timestamp = time };
    }

    private async Task AppendAsync(TopicPartition name, Shape shape, int count)
    {
        long end = shape.End;
        ProducerRecord<string, string>[] records = [.. Enumerable.Range(0, count).Select(_ => NextRecord(name, shape))];
        IReadOnlyList<LogPosition> positions = count == 1
            ? [await _producer!.AppendAsync(name.Topic, records[0])]
            : await _producer!.AppendAsync(name.Topic, records);
        Assert.Equal(
            Enumerable.Range(0, count).Select(i => new LogPosition(name.Topic, name.Partition, end + i)), positions);
    }

    private async Task EnqueueAsync(TopicPartition name, Shape shape, int count)
    {
        for (int i = 0; i < count; i++)
            await _producer!.EnqueueAsync(name.Topic, NextRecord(name, shape));

        await _producer!.FlushAsync();
    }

    // Where the partitioner puts it, the position tells.
    private async Task AppendByTopicAsync(TopicPartition name)
    {
        string value = $"value {_nextValue++}";
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + _nextValue);
        LogPosition position = await Node.Topic<string, string>(name.Topic).AppendAsync(
            new ProducerRecord<string, string>("key", value) { Timestamp = time });
        Shape shape = _model[position.TopicPartition];
        Assert.Equal(shape.End, position.Offset);
        shape.Records.Add(("key", value, time));
    }

    private async Task CompareAsync(TopicPartition name, Shape shape, long from)
    {
        await using IConsumer<string, string> consumer = Node.CreateConsumer<string, string>();
        await consumer.AssignAsync([name], StartAt.Offset(from));
        Assert.Equal(from, consumer.Position(name));
        Assert.Equal(shape.End - from, await consumer.LagAsync(name));
        if (from == shape.End)
            return;

        Queue<long> expected = new(shape.PresentFrom(from));
        if (expected.Count == 0)
            return;
        long last = expected.Last();
        await foreach (Record<string, string> record in consumer.ReadAllAsync())
        {
            long next = expected.Dequeue();
            (string? key, string? value, DateTimeOffset time) = shape.Records[(int)next];
            Assert.Equal(new LogPosition(name.Topic, name.Partition, next), record.Position);
            Assert.Equal((key, value, time), (record.Key, record.Value, record.Timestamp));
            Assert.Equal((key is not null, value is null), (record.HasKey, record.IsTombstone));
            if (expected.Count == 0)
                break;
        }

        Assert.Equal(last + 1, consumer.Position(name));
    }

    private async Task FindTimeAsync(TopicPartition name, Shape shape, int choice)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000 + (choice * 31L % 110_000));
        long expected = shape.PresentFrom(shape.Start)
            .FirstOrDefault(offset => shape.Records[(int)offset].Timestamp >= time, shape.End);

        IReadOnlyDictionary<TopicPartition, long> found =
            await Node.Admin.ListOffsetsAsync([name], StartAt.Timestamp(time));
        Assert.Equal(expected, found[name]);
    }

    private async Task TrimAsync(TopicPartition name, Shape shape, int choice)
    {
        long before = shape.Start + (choice % (shape.End - shape.Start + 1));
        Dictionary<TopicPartition, long> deleted = new() { [name] = before };
        if (!_model.Topics[name.Topic].IsDeletable)
        {
            StreamLogException refused = await Assert.ThrowsAsync<StreamLogException>(
                async () => await Node.Admin.DeleteRecordsAsync(deleted));
            Assert.Equal(ErrorCode.PolicyViolation, refused.ErrorCode);
            return;
        }

        IReadOnlyDictionary<TopicPartition, long> start = await Node.Admin.DeleteRecordsAsync(deleted);
        shape.Start = before;
        Assert.Equal(before, start[name]);
    }

    private async Task AddPartitionsAsync(string name)
    {
        NodeModel.TopicModel topic = _model.Topics[name];
        if (topic.Partitions.Count == 5)
            return;

        topic.Partitions.Add(new Shape());
        await Node.Admin.CreatePartitionsAsync(name, topic.Partitions.Count);

        // A producer may not know the new one yet; the topic's own will have to ask again.
    }

    private async Task AlterSettingAsync(string name, int choice)
    {
        string? value = choice % 3 == 0 ? null : $"{3_600_000 + choice}";
        await Node.Admin.AlterConfigsAsync(name, new Dictionary<string, string?> { ["retention.ms"] = value });
        _model.Topics[name].RetentionMs = value;
    }

    private async Task CommitAsync(TopicPartition name, Shape shape, int choice)
    {
        long offset = choice % (shape.End + 1);
        await Node.Admin.AlterGroupOffsetsAsync(
            Group, new Dictionary<TopicPartition, OffsetAndMetadata> { [name] = new OffsetAndMetadata(offset) });
        _model.Committed[name] = offset;
    }

    private async Task DeleteTopicAsync(string name)
    {
        await Node.Admin.DeleteTopicAsync(name);
        _model.Topics.Remove(name);
        foreach (TopicPartition gone in _model.Committed.Keys.Where(partition => partition.Topic == name).ToList())
            _model.Committed.Remove(gone);
    }

    private async Task DescribeAsync(string name)
    {
        Topic topic = await Node.Admin.DescribeTopicAsync(name);
        Topic picture = Node.Topics.Single(other => other.Name == name);
        NodeModel.TopicModel expected = _model.Topics[name];
        foreach (Topic seen in new[] { topic, picture })
        {
            Assert.Equal(expected.Partitions.Count, seen.Partitions.Count);
            foreach ((Partition partition, Shape shape) in seen.Partitions.Zip(expected.Partitions))
            {
                Assert.True(partition.IsOnline);
                Assert.Equal(
                    (shape.Start, shape.End, shape.End),
                    (partition.LogStartOffset, partition.HighWatermark, partition.LogEndOffset));
            }
        }

        IReadOnlyDictionary<string, ConfigEntry> settings = await Node.Admin.DescribeConfigsAsync(name);
        Assert.Equal(expected.RetentionMs is null, settings["retention.ms"].IsDefault);
        if (expected.RetentionMs is not null)
            Assert.Equal(expected.RetentionMs, settings["retention.ms"].Value);
    }

    private async Task CompareCommittedAsync()
    {
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
            await Node.Admin.ListGroupOffsetsAsync(Group);
        Assert.Equal(
            _model.Committed.OrderBy(pair => pair.Key.ToString()),
            committed.ToDictionary(pair => pair.Key, pair => pair.Value.Offset).OrderBy(pair => pair.Key.ToString()));
    }

    private async Task CompareAllAsync()
    {
        Assert.Equal(_model.Topics.Keys, await Node.Admin.ListTopicsAsync());
        await CompareCommittedAsync();
        foreach ((string name, NodeModel.TopicModel topic) in _model.Topics)
        {
            await DescribeAsync(name);
            for (int i = 0; i < topic.Partitions.Count; i++)
                await CompareAsync(new TopicPartition(name, i), topic.Partitions[i], topic.Partitions[i].Start);
        }
    }
}
