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

    /// <summary>Gets how many partitions were compacted.</summary>
    public int Compacted { get; private set; }

    /// <summary>Gets how many offsets repairs have reported as lost.</summary>
    public long Lost { get; private set; }

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
            await MaintainAsync();
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

    // What a node does to its logs of itself, on command, so that it happens where it is expected.
    private async Task MaintainAsync()
    {
        await CreateTopicAsync("retained", 1, ("retention.bytes", "800"));
        await CreateTopicAsync(
            "compacted", 1, ("cleanup.policy", "compact"), ("min.cleanable.dirty.ratio", "0.01"),
            ("segment.bytes", "400"));
        _ledger.Compacted.Add("compacted");
        await CreateTopicAsync("damaged", 1, ("segment.bytes", "300"));
        for (int i = 0; i < 5; i++)
        {
            await AppendAsync(("retained", 0), 4);
            await AppendAsync(("compacted", 0), 3);
            await AppendAsync(("damaged", 0), 2);
        }

        await ApplyRetentionAsync(new TopicPartition("retained", 0));
        CompactionReport compacted = await Node.Maintenance.CompactAsync("compacted");
        Compacted += compacted.Partitions;
        await AppendAsync(("compacted", 0), 3);
        await Node.Maintenance.CompactAsync("compacted");
        await CreateTopicAsync("recompressed", 1, ("compression.type", "lz4"));
        for (int i = 1; i <= 4; i++)
            await AppendAsync(("recompressed", 0), i, i == 3 ? CompressionType.Gzip : CompressionType.None);
        await TrimAsync(("recompressed", 0), 2);
        await RepairAsync(new TopicPartition("damaged", 0));
        await AppendAsync(("damaged", 0), 1);
    }

    // Which segments go is known beforehand: the oldest ones, as long as enough is left.
    private async Task ApplyRetentionAsync(TopicPartition target)
    {
        Partition partition = Node.Topics.Single(topic => topic.Name == target.Topic).Partitions[target.Partition];
        long size = partition.SizeInBytes;
        long start = partition.LogStartOffset;
        foreach (Segment segment in partition.Segments.Where(segment => !segment.IsActive))
        {
            if ((size -= segment.SizeInBytes) < 800)
                break;
            start = segment.NextOffset;
        }

        Assert.True(start > 0);
        await _ledger.StartOf(target).ChangeAsync(start, async () =>
        {
            // What goes wrong with one partition is logged, and keeps no other from its turn.
            RetentionReport report = await Node.Maintenance.ApplyRetentionAsync(target.Topic);
            if (report.Segments == 0)
                throw new IOException("Nothing was deleted.");
        });
    }

    // A bit of the oldest batch goes bad, in a segment that is no longer written. Not within the second after it was:
    // before its flush mark is on the disk, damage cannot be told from a torn tail. The append tells whether it is.
    private async Task RepairAsync(TopicPartition target)
    {
        const int RecordsAt = 70;

        _environment.Time.Advance(TimeSpan.FromSeconds(2));
        await AppendAsync((target.Topic, target.Partition), 1);

        _ledger.Damaged.Add(target, _ledger.SentTo(target)[0].Values.Count);
        _environment.Disk.FlipBit($"{Directory}/{target}/00000000000000000000.log", RecordsAt, bit: 3);
        RepairReport report = await Node.Maintenance.RepairAsync(target);
        if (report.Failure is { } failure)
            throw failure;

        Lost += report.LostOffsets;
    }

    private Task CreateTopicAsync(string name, int partitions, params (string Name, string Value)[] configs) =>
        _ledger.PartitionsOf(name).ChangeAsync(
            partitions,
            async () => await Node.Admin.CreateTopicAsync(
                name, partitions, configs.ToDictionary(config => config.Name, config => config.Value)));

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
            FirstIndex = first,
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
