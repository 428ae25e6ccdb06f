using StreamLog.Protocol;
using StreamLog.Simulation;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

/// <summary>Starts a node on a damaged disk, uses everything there is, and says what became of the damage.</summary>
/// <remarks>
/// Throws where the node says something that is not so: that is the one outcome that may not be. A refusal that does
/// not name what is damaged counts as such too.
/// </remarks>
internal sealed class DamageVerdict
{
    private readonly DamageExpectation _expected;
    private readonly SimulatedDisk _disk;
    private readonly string _path;
    private readonly SortedSet<string> _found = new(StringComparer.Ordinal);

    public DamageVerdict(DamageExpectation expected, SimulatedDisk disk, string path)
    {
        _expected = expected;
        _disk = disk;
        _path = path;
    }

    /// <summary>Checks everything, and returns how the damage was found, or "harmless".</summary>
    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        StreamLogNode node;
        try
        {
            node = await PowerCutWorkload.StartNodeAsync(new SimulatedEnvironment(seed: 5, _disk));
        }
        catch (StreamLogException refusal)
        {
            Assert.True(
                refusal.Message.Contains(Path.GetFileName(_path), StringComparison.Ordinal),
                $"The start was refused, without a word of {_path}: {refusal.Message}");
            return "refused at start";
        }

        await using (node)
        {
            foreach ((TopicPartition partition, List<StoredRecord> records) in _expected.Records)
                await CheckPartitionAsync(node, partition, records, cancellationToken);

            await CheckSettingsAsync(node, cancellationToken);
            await CheckCommittedAsync(node, cancellationToken);
        }

        return _found.Count == 0 ? "harmless" : string.Join(" + ", _found);
    }

    private async Task CheckPartitionAsync(
        StreamLogNode node, TopicPartition name, List<StoredRecord> expected, CancellationToken cancellationToken)
    {
        Topic? topic = node.Topics.SingleOrDefault(topic => topic.Name == name.Topic);
        Assert.True(topic is not null, $"{name.Topic} was forgotten.");
        Partition? partition = topic.Partitions.SingleOrDefault(partition => partition.TopicPartition == name);
        Assert.True(partition is not null, $"{name} was forgotten.");
        if (!partition.IsOnline)
        {
            AssertNamesTheDamage(partition.Failure!);
            _found.Add("partition offline");
            return;
        }

        Assert.True(
            partition.LogStartOffset == expected[0].Offset, $"{name} begins at {partition.LogStartOffset}.");
        try
        {
            foreach (StoredRecord first in expected)
            {
                List<StoredRecord> read =
                    await RawFetching.ReadAllAsync(node.Broker, name, first.Offset, cancellationToken);
                Assert.Equal(expected.SkipWhile(record => record.Offset < first.Offset), read);
            }
        }
        catch (StreamLogException failure)
        {
            Assert.Contains(failure.ErrorCode, new[] { ErrorCode.CorruptMessage, ErrorCode.KafkaStorageError });
            _found.Add("read fails");
            return;
        }

        await CheckTimesAsync(node, name, expected, cancellationToken);
        await CheckAppendAsync(node, name, expected, cancellationToken);
    }

    private async Task CheckTimesAsync(
        StreamLogNode node, TopicPartition name, List<StoredRecord> expected, CancellationToken cancellationToken)
    {
        foreach (StoredRecord record in expected)
        {
            StartAt time = StartAt.Timestamp(DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs));
            try
            {
                IReadOnlyDictionary<TopicPartition, long> found =
                    await node.Admin.ListOffsetsAsync([name], time, cancellationToken);
                long offset = expected.First(other => other.TimestampMs >= record.TimestampMs).Offset;
                Assert.True(found[name] == offset, $"{name} has {found[name]} for the time of {offset}.");
            }
            catch (StreamLogException failure)
                when (failure.ErrorCode is ErrorCode.CorruptMessage or ErrorCode.KafkaStorageError)
            {
                _found.Add("search by time fails");
                return;
            }
        }
    }

    private async Task CheckAppendAsync(
        StreamLogNode node, TopicPartition name, List<StoredRecord> expected, CancellationToken cancellationToken)
    {
        SentBatch last = _expected.LastBatch[name];
        using RecordBuffer bytes = last.ToBatch();
        ProduceAnswer again =
            await RawProducing.ProduceAsync(node.Broker, name, bytes, cancellationToken);
        if (again.ErrorCode != ErrorCode.None)
            _found.Add($"retry refused ({again.ErrorCode})");
        else
            Assert.True(again.BaseOffset == last.BaseOffset, $"A retry on {name} was appended, at {again.BaseOffset}.");

        using RecordBuffer next = RawProducing.Batch(["next"]);
        ProduceAnswer answer =
            await RawProducing.ProduceAsync(node.Broker, name, next, cancellationToken);
        long end = expected[^1].Offset + 1;
        if (answer.ErrorCode == ErrorCode.KafkaStorageError)
        {
            _found.Add($"append refused ({answer.ErrorCode})");
            return;
        }

        Assert.True(answer.ErrorCode == ErrorCode.None, $"An append to {name} failed: {answer.ErrorMessage}");
        Assert.True(answer.BaseOffset == end, $"An append to {name} went to {answer.BaseOffset} and not {end}.");
        StoredRecord stored = Assert.Single(await RawFetching.ReadAllAsync(node.Broker, name, end, cancellationToken));
        Assert.Equal("next", stored.Value);
    }

    private async Task CheckSettingsAsync(StreamLogNode node, CancellationToken cancellationToken)
    {
        foreach ((string topic, string value) in _expected.Settings)
        {
            IReadOnlyDictionary<string, ConfigEntry> settings =
                await node.Admin.DescribeConfigsAsync(topic, cancellationToken);
            Assert.True(settings["max.message.bytes"].Value == value, $"A setting of {topic} has changed.");
        }

        HashSet<string> expected = [.. _expected.Records.Keys.Select(partition => partition.Topic)];
        Assert.Equal(expected.Order(), await node.Admin.ListTopicsAsync(cancellationToken: cancellationToken));
    }

    private async Task CheckCommittedAsync(StreamLogNode node, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
                await node.Admin.ListGroupOffsetsAsync(PowerCutWorkload.Group, cancellationToken);
            Assert.Equal(
                _expected.Committed.OrderBy(pair => pair.Key.ToString()),
                committed.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Offset))
                    .OrderBy(pair => pair.Key.ToString()));
        }
        catch (StreamLogException failure)
        {
            // The answer has no room for words, the partition has; where the read failed alone, the node's log has.
            Assert.Equal(ErrorCode.KafkaStorageError, failure.ErrorCode);
            Partition? offline = node.Topics.Where(topic => topic.IsInternal)
                .SelectMany(topic => topic.Partitions).FirstOrDefault(partition => !partition.IsOnline);
            if (offline is not null)
                AssertNamesTheDamage(offline.Failure!);
            _found.Add("committed offsets fail");
        }
    }

    // Which file; and of a segment also where in it, and which record that is.
    private void AssertNamesTheDamage(StreamLogException failure)
    {
        string[] words = _path.EndsWith(".log", StringComparison.Ordinal) ? ["at byte", "offset"] : [];
        foreach (string word in words.Append(Path.GetFileName(_path)))
        {
            Assert.True(
                failure.Message.Contains(word, StringComparison.OrdinalIgnoreCase),
                $"A failure over {_path} does not tell the {word}: {failure.Message}");
        }
    }
}
