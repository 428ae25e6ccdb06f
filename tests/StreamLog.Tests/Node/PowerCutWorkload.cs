using StreamLog.Protocol;
using StreamLog.Simulation;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

/// <summary>What a node does until its power is cut: some of everything that changes a disk.</summary>
internal sealed class PowerCutWorkload
{
    public const string Directory = "/streamlog-trial";
    public const string Group = "billing";

    private readonly SimulatedEnvironment _environment;
    private readonly PowerCutLedger _ledger;
    private readonly Dictionary<TopicPartition, int> _nextSequence = [];
    private StreamLogNode? _node;
    private (long Id, short Epoch) _producer;

    public PowerCutWorkload(SimulatedEnvironment environment, PowerCutLedger ledger)
    {
        _environment = environment;
        _ledger = ledger;
    }

    private StreamLogNode Node => _node ?? throw new InvalidOperationException("The node is not running.");

    public static ValueTask<StreamLogNode> StartNodeAsync(SimulatedEnvironment environment)
    {
        StreamLogOptions options = new() { DataDirectory = Directory };
        options.Log.SegmentBytes = 700;
        options.Log.IndexIntervalBytes = 200;
        options.Maintenance.MetadataSnapshotBytes = 300;
        return StreamLogNode.StartAsync(options, environment: environment);
    }

    /// <summary>Runs from the first start to the last stop, or until the power is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            _node = await StartNodeAsync(_environment);
            await FillAsync();
            await ChangeAsync();
            await StopAsync();
            _node = await StartNodeAsync(_environment);
            await GoOnAsync();
            await StopAsync();
        }
        finally
        {
            if (_node is not null)
                await _node.DisposeAsync();
        }
    }

    private async Task FillAsync()
    {
        await CreateTopicAsync("a", 2);
        await NewProducerAsync();
        await AppendAsync(("a", 0), 1);
        await AppendAsync(("a", 1), 1);
        await AppendAsync(("a", 0), 3);
        await AppendTogetherAsync(("a", 0), ("a", 1), ("a", 0), ("a", 1), ("a", 1));
        await CommitAsync(("a", 0), 2);
        _environment.Time.Advance(TimeSpan.FromSeconds(2));
    }

    private async Task ChangeAsync()
    {
        await _ledger.SettingOf("a").ChangeAsync("5000", async () => await Node.Admin.AlterConfigsAsync(
            "a", new Dictionary<string, string?> { ["max.message.bytes"] = "5000" }));
        await AppendAsync(("a", 0), 2);
        await AppendAsync(("a", 0), 4, CompressionType.Gzip);
        await _ledger.PartitionsOf("a").ChangeAsync(3, async () => await Node.Admin.CreatePartitionsAsync("a", 3));
        await AppendAsync(("a", 2), 2);
        await TrimAsync(("a", 0), 5);
        _environment.Time.Advance(TimeSpan.FromSeconds(61));
        await AppendAsync(("a", 0), 3);
        await CommitAsync(("a", 0), 6);
    }

    private async Task GoOnAsync()
    {
        await AppendAsync(("a", 0), 2);
        await CreateTopicAsync("b", 1);
        await NewProducerAsync();
        await AppendAsync(("b", 0), 1);
        await AppendAsync(("a", 1), 1);
        await AppendTogetherAsync(("b", 0), ("a", 1), ("b", 0), ("a", 1));
        await CommitAsync(("b", 0), 1);
        await TrimAsync(("a", 0), 12);
        await CreateTopicAsync("c", 1);
        await AppendAsync(("c", 0), 1);
        await _ledger.PartitionsOf("c").ChangeAsync(0, async () => await Node.Admin.DeleteTopicAsync("c"));
        await AppendAsync(("a", 2), 1);
    }

    private async Task StopAsync()
    {
        StreamLogNode node = Node;
        _node = null;
        await node.DisposeAsync();
    }

    private Task CreateTopicAsync(string name, int partitions) =>
        _ledger.PartitionsOf(name).ChangeAsync(
            partitions, async () => await Node.Admin.CreateTopicAsync(name, partitions));

    private async Task NewProducerAsync()
    {
        _nextSequence.Clear();
        _producer = await RawProducing.InitProducerIdAsync(Node.Broker);
        Assert.True(_producer.Id > _ledger.ProducerId, $"Producer id {_producer.Id} was handed out twice.");
        _ledger.ProducerId = _producer.Id;
    }

    private Task CommitAsync((string Topic, int Partition) target, long offset)
    {
        TopicPartition partition = new(target.Topic, target.Partition);
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = new() { [partition] = new OffsetAndMetadata(offset) };
        return _ledger.CommittedOf(partition).ChangeAsync(
            offset, async () => await Node.Admin.AlterGroupOffsetsAsync(Group, offsets));
    }

    private Task TrimAsync((string Topic, int Partition) target, long offset)
    {
        TopicPartition partition = new(target.Topic, target.Partition);
        Dictionary<TopicPartition, long> before = new() { [partition] = offset };
        return _ledger.StartOf(partition).ChangeAsync(
            offset, async () => await Node.Admin.DeleteRecordsAsync(before));
    }

    private Task AppendAsync(
        (string Topic, int Partition) target, int records, CompressionType compression = CompressionType.None) =>
        SendAsync(NewBatch(new(target.Topic, target.Partition), records, compression));

    // All are under way at once, so that they share flushes. None is the first of its producer in a partition: a log
    // that knows nothing of a producer takes any sequence for its first, as Kafka does.
    private async Task AppendTogetherAsync(params (string Topic, int Partition)[] targets)
    {
        Task[] sending = [.. targets.Select(target => SendAsync(NewBatch(new(target.Topic, target.Partition), 2)))];
        await Task.WhenAll(sending);
    }

    private SentBatch NewBatch(
        TopicPartition target, int records, CompressionType compression = CompressionType.None)
    {
        List<SentBatch> sent = _ledger.SentTo(target);
        int first = sent.Sum(batch => batch.Values.Count);
        SentBatch batch = new()
        {
            Target = target,
            ProducerId = _producer.Id,
            ProducerEpoch = _producer.Epoch,
            BaseSequence = _nextSequence.GetValueOrDefault(target),
            Values = [.. Enumerable.Range(first, records).Select(i => $"{target} {i} {new string('.', 40)}")],
            Compression = compression,
        };
        _nextSequence[target] = batch.BaseSequence + records;
        sent.Add(batch);
        return batch;
    }

    private async Task SendAsync(SentBatch batch)
    {
        using RecordBuffer bytes = batch.ToBatch();
        ProduceAnswer answer =
            await RawProducing.ProduceAsync(Node.Broker, batch.Target, bytes);
        if (answer.ErrorCode != ErrorCode.None)
            throw new StreamLogException(answer.ErrorCode, answer.ErrorMessage ?? "It was not appended.");

        batch.BaseOffset = answer.BaseOffset;
    }
}
