using StreamLog.Protocol;
using StreamLog.Simulation;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

/// <summary>Starts a node on what a power cut left, and checks it against what had been acknowledged.</summary>
internal sealed class PowerCutVerdict
{
    private readonly PowerCutLedger _ledger;
    private readonly SimulatedDisk _disk;

    public PowerCutVerdict(PowerCutLedger ledger, SimulatedDisk disk)
    {
        _ledger = ledger;
        _disk = disk;
    }

    /// <summary>Checks what is there; with <paramref name="again"/> also that a second power cut takes none of
    /// it.</summary>
    public async Task CheckAsync(bool again)
    {
        Dictionary<TopicPartition, List<StoredRecord>> seen;
        SimulatedDisk? afterSecondCut = null;
        StreamLogNode node = await PowerCutWorkload.StartNodeAsync(new SimulatedEnvironment(seed: 77, _disk));
        await using (node)
        {
            seen = await CheckStateAsync(node);
            if (again)
                afterSecondCut = _disk.Crash();

            await SendAgainAsync(node);
            await CheckNewProducerAsync(node);
        }

        if (afterSecondCut is not null)
            await CheckSecondStartAsync(afterSecondCut, seen);
    }

    // What a reader has seen, and what recovery has decided, stays so.
    private async Task CheckSecondStartAsync(
        SimulatedDisk disk, Dictionary<TopicPartition, List<StoredRecord>> seen)
    {
        SimulatedEnvironment environment = new(seed: 78, disk);
        await using StreamLogNode node = await PowerCutWorkload.StartNodeAsync(environment);
        Dictionary<TopicPartition, List<StoredRecord>> now = await CheckStateAsync(node);
        foreach ((TopicPartition partition, List<StoredRecord> records) in seen)
        {
            Assert.True(now.ContainsKey(partition), $"{partition} was gone after a second power cut.");
            Assert.Equal(records, now[partition]);
        }
    }

    private async Task<Dictionary<TopicPartition, List<StoredRecord>>> CheckStateAsync(StreamLogNode node)
    {
        await RepairAsync(node);
        Dictionary<string, Topic> topics = node.Topics.ToDictionary(topic => topic.Name);
        foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
            Assert.True(partition.IsOnline, $"{partition.TopicPartition} is offline: {partition.Failure?.Message}");

        Dictionary<TopicPartition, List<StoredRecord>> seen = [];
        foreach ((string name, Promise<int> promised) in _ledger.Partitions)
        {
            int count = topics.TryGetValue(name, out Topic? topic) ? topic.Partitions.Count : 0;
            Assert.True(promised.Allows(count), $"{name} has {count} partitions, promised were {promised}.");
            if (topic is null)
                continue;

            IReadOnlyDictionary<string, ConfigEntry> settings = await node.Admin.DescribeConfigsAsync(name);
            string? setting = settings["max.message.bytes"].Value;
            Assert.True(
                _ledger.SettingOf(name).Allows(setting!),
                $"{name} has {setting}, promised was {_ledger.SettingOf(name)}.");
            foreach (Partition partition in topic.Partitions)
                seen.Add(partition.TopicPartition, await CheckPartitionAsync(node, partition));
        }

        await CheckCommittedAsync(node);
        return seen;
    }

    private async Task<List<StoredRecord>> CheckPartitionAsync(StreamLogNode node, Partition partition)
    {
        TopicPartition name = partition.TopicPartition;
        Promise<long> start = _ledger.StartOf(name);
        Assert.True(
            start.Allows(partition.LogStartOffset),
            $"{name} begins at {partition.LogStartOffset}, promised was {start}.");

        List<SentBatch> sent = _ledger.SentTo(name);
        string[] values = [.. sent.SelectMany(batch => batch.Values)];
        long acknowledged = sent.Where(batch => batch.BaseOffset is not null)
            .Max(batch => (long?)batch.BaseOffset + batch.Values.Count) ?? 0;
        List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, name, partition.LogStartOffset);

        CheckRecords(name, partition.LogStartOffset, acknowledged, values, stored);
        return stored;
    }

    // Values are numbered as they were sent, so the one at an offset is known: whole, in order, and none twice.
    private void CheckRecords(
        TopicPartition name, long start, long acknowledged, string[] values, List<StoredRecord> stored)
    {
        HashSet<long> offsets = [.. stored.Select(record => record.Offset)];
        long next = start;
        foreach (StoredRecord record in stored)
        {
            Assert.True(record.Offset >= next, $"{name} has {record.Offset} where {next} was expected.");
            AssertMayLack(name, next, record.Offset, offsets);
            next = record.Offset;
            Assert.True(next < values.Length, $"{name} has {record.Value} at {next}, which nobody sent.");
            Assert.True(values[next] == record.Value, $"{name} has {record.Value} at {next}, not {values[next]}.");
            next++;
        }

        AssertMayLack(name, next, acknowledged, offsets);
    }

    private void AssertMayLack(TopicPartition name, long from, long to, HashSet<long> stored)
    {
        for (long offset = from; offset < to; offset++)
            Assert.True(_ledger.MayLack(name, offset, stored), $"{name} lacks {offset}, which was acknowledged.");
    }

    // What was damaged on the disk may be offline, or not be readable, until somebody has it repaired.
    private async Task RepairAsync(StreamLogNode node)
    {
        foreach (Partition partition in node.Topics.SelectMany(topic => topic.Partitions))
        {
            TopicPartition name = partition.TopicPartition;
            bool isDamaged = _ledger.Damaged.ContainsKey(name);
            Assert.True(isDamaged || partition.IsOnline, $"{name} is offline: {partition.Failure?.Message}");
            if (!isDamaged || (partition.IsOnline && await CanBeReadAsync(node, partition)))
                continue;
            RepairReport report = await node.Maintenance.RepairAsync(name);
            Assert.True(report.IsOnline, $"{name} was not repaired: {report.Failure?.Message}");
        }
    }

    private static async Task<bool> CanBeReadAsync(StreamLogNode node, Partition partition)
    {
        try
        {
            await RawFetching.ReadAllAsync(node.Broker, partition.TopicPartition, partition.LogStartOffset);
            return true;
        }
        catch (StreamLogException error) when (
            error.ErrorCode is ErrorCode.KafkaStorageError or ErrorCode.CorruptMessage)
        {
            return false;
        }
    }

    private async Task CheckCommittedAsync(StreamLogNode node)
    {
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
            await node.Admin.ListGroupOffsetsAsync(PowerCutWorkload.Group);
        foreach ((TopicPartition partition, Promise<long> promised) in _ledger.Committed)
        {
            long offset = committed.TryGetValue(partition, out OffsetAndMetadata found) ? found.Offset : -1;
            Assert.True(promised.Allows(offset), $"{partition} is committed to {offset}, promised was {promised}.");
        }
    }

    // A producer that did not hear sends again: what is there is not appended twice, what is not there is appended.
    private async Task SendAgainAsync(StreamLogNode node)
    {
        HashSet<string> topics = [.. node.Topics.Select(topic => topic.Name)];
        foreach ((TopicPartition partition, List<SentBatch> sent) in _ledger.Sent)
        {
            if (sent.Count == 0 || !topics.Contains(partition.Topic))
                continue;

            // A log remembers five batches of each producer, and only the last producer is still there.
            int unheard = sent.TakeWhile(batch => batch.BaseOffset is not null).Count();
            int first = Math.Max(0, unheard - 2);
            long offset = sent.Take(first).Sum(batch => batch.Values.Count);
            foreach (SentBatch batch in sent.Skip(first))
            {
                using RecordBuffer bytes = batch.ToBatch();
                ProduceAnswer answer =
                    await RawProducing.ProduceAsync(node.Broker, partition, bytes);
                Assert.True(
                    answer.ErrorCode == ErrorCode.None && answer.BaseOffset == offset,
                    $"Sent again to {partition} at {offset}, it came to {answer.BaseOffset}: {answer.ErrorMessage}");
                offset += batch.Values.Count;
            }

            long start = node.Topics.Single(topic => topic.Name == partition.Topic)
                .Partitions[partition.Partition].LogStartOffset;
            List<StoredRecord> stored = await RawFetching.ReadAllAsync(node.Broker, partition, start);
            string[] values = [.. sent.SelectMany(batch => batch.Values)];
            CheckRecords(partition, start, values.Length, values, stored);
        }
    }

    private async Task CheckNewProducerAsync(StreamLogNode node)
    {
        (long id, _) = await RawProducing.InitProducerIdAsync(node.Broker);
        Assert.True(id > _ledger.ProducerId, $"Producer id {id} was handed out twice.");
    }
}
