using System.Globalization;
using StreamLog.Extensibility;
using Shape = StreamLog.Tests.Node.NodeModel.PartitionModel;
using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>Looks after the logs of a node on command, and does to a model what must have come of it.</summary>
internal sealed class NodeUpkeep
{
    public const string Directory = "/streamlog-trial";

    private readonly StreamLogNode _node;
    private readonly NodeModel _model;
    private readonly IFileSystem _files;

    public NodeUpkeep(StreamLogNode node, NodeModel model, IFileSystem files)
    {
        _node = node;
        _model = model;
        _files = files;
    }

    public async Task AlterSizeAsync(string name, int choice)
    {
        string? value = choice % 3 == 0 ? null : (choice % 3000).ToString(CultureInfo.InvariantCulture);
        await _node.Admin.AlterConfigsAsync(name, new Dictionary<string, string?> { ["retention.bytes"] = value });
        _model.Topics[name].RetentionBytes = value;
    }

    /// <summary>Has a topic's logs brought within their bounds. All records are years old.</summary>
    public async Task RetainAsync(string name)
    {
        NodeModel.TopicModel topic = _model.Topics[name];
        long[] starts =
        [
            .. PartitionsOf(name).Zip(topic.Partitions).Select(pair => StartOf(topic, pair.First, pair.Second)),
        ];

        RetentionReport report = await _node.Maintenance.ApplyRetentionAsync(name);

        Assert.Empty(report.Failures);
        for (int i = 0; i < starts.Length; i++)
        {
            topic.Partitions[i].Start = starts[i];
            Assert.Equal(starts[i], PartitionsOf(name)[i].LogStartOffset);
        }
    }

    public async Task CompactAsync(string name)
    {
        if (!_model.Topics[name].IsCompacted)
            return;

        CompactionReport report = await _node.Maintenance.CompactAsync(name);

        Assert.Empty(report.Failures);
        foreach (Shape shape in _model.Topics[name].Partitions)
            shape.Compact();
    }

    /// <summary>Turns a bit over in a sealed segment, if there is one, and has the partition repaired.</summary>
    public async Task RepairAsync(TopicPartition name, int choice)
    {
        Segment[] closed =
            [.. PartitionsOf(name.Topic)[name.Partition].Segments.Where(segment => !segment.IsActive)];
        Segment? damaged = closed.Length == 0 ? null : closed[choice % closed.Length];
        if (damaged is { } segment)
            FlipBit(name, segment.BaseOffset, choice / 7 % segment.SizeInBytes);

        RepairReport report = await _node.Maintenance.RepairAsync(name);

        Assert.True(report.IsOnline, report.Failure?.Message);
        Assert.Equal(damaged is not null, report.Lost.Count + report.MendedBatches == 1);
        foreach (LostRecords lost in report.Lost)
        {
            Assert.InRange(lost.FirstOffset, damaged!.BaseOffset, damaged.NextOffset - 1);
            Assert.InRange(lost.FirstOffset + lost.OffsetCount, damaged.BaseOffset + 1, damaged.NextOffset);
            for (long i = 0; i < lost.OffsetCount; i++)
                _model[name].Gone.Add(lost.FirstOffset + i);
        }
    }

    private IReadOnlyList<Partition> PartitionsOf(string topic) =>
        _node.Topics.Single(other => other.Name == topic).Partitions;

    // Kafka's rules: the oldest segments go as long as there is enough without them, and then those that are too old.
    // One in which nothing but empty batches is left is as old as its file, and so young.
    private static long StartOf(NodeModel.TopicModel topic, Partition partition, Shape shape)
    {
        if (!topic.IsDeletable)
            return shape.Start;

        Segment[] segments = [.. partition.Segments.Where(segment => segment.SizeInBytes > 0)];
        int gone = 0;
        if (topic.RetentionBytes is not null)
        {
            long excess = partition.SizeInBytes - long.Parse(topic.RetentionBytes, CultureInfo.InvariantCulture);
            while (gone < segments.Length && excess >= segments[gone].SizeInBytes)
                excess -= segments[gone++].SizeInBytes;
        }

        while (topic.RetentionMs is not null && gone < segments.Length && segments[gone].LargestTimestamp is not null)
            gone++;
        return gone == 0 ? shape.Start : Math.Max(shape.Start, segments[gone - 1].NextOffset);
    }

    private void FlipBit(TopicPartition name, long baseOffset, long position)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"{Directory}/{name}/{baseOffset:D20}.log");
        using IFile file = _files.Open(path, FileOpenMode.Open);
        Span<byte> one = stackalloc byte[1];
        Assert.Equal(1, file.Read(one, position));
        one[0] ^= 4;
        file.Write(one, position);
    }
}
