using System.Text;
using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;
using StreamLog.Simulation;
using StreamLog.Storage.Files;
using StreamLog.Tests.Storage.Files;
using Xunit;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

/// <summary>What goes on in a node for an hour of virtual time, and what should be there of it.</summary>
internal sealed class SoakWorkload : IAsyncDisposable
{
    private const string Folder = "/streamlog-soak";
    private const long DiskBytes = 64 * 1024 * 1024;
    private const int StepsPerMinute = 12;
    private const int Groups = 5;
    private const int Keys = 40;

    private static readonly TimeSpan EventRetention = TimeSpan.FromMinutes(5);

    private readonly InMemoryFileSystem _disk = new(DiskBytes);
    private readonly CountingFiles _files;
    private readonly SimulatedEnvironment _environment;
    private readonly SimulatedRandom _random = new(2026);
    private readonly List<SoakPartition> _partitions = [];
    private readonly Dictionary<(string Group, TopicPartition Partition), long> _committed = [];
    private readonly SortedSet<string> _temporary = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seenFiles = new(StringComparer.Ordinal);
    private StreamLogNode? _node;
    private int _values;

    private SoakWorkload()
    {
        _files = new CountingFiles(_disk);
        _environment = new SimulatedEnvironment(seed: 5, _files);
    }

    private StreamLogNode Node => _node!;

    private long NowMs => _environment.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task<SoakWorkload> StartAsync()
    {
        SoakWorkload workload = new();
        await workload.RestartAsync();
        await workload.CreateTopicsAsync();
        return workload;
    }

    public async Task RestartAsync()
    {
        await DisposeAsync();
        StreamLogOptions options = new() { DataDirectory = Folder };
        options.Log.SegmentBytes = 8 * 1024;
        options.Maintenance.RetentionCheckInterval = TimeSpan.FromSeconds(30);
        options.Maintenance.CompactionInterval = TimeSpan.FromSeconds(15);
        options.Maintenance.ScrubInterval = TimeSpan.FromMinutes(5);
        options.Maintenance.MetadataSnapshotInterval = TimeSpan.FromMinutes(7);
        options.Maintenance.MetadataSnapshotBytes = 4 * 1024;
        options.Maintenance.OpenFilesMax = 64;
        _node = await StreamLogNode.StartAsync(options, environment: _environment);
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
    }

    public async Task RunMinuteAsync(int minute)
    {
        for (int step = 0; step < StepsPerMinute; step++)
        {
            _environment.Time.Advance(TimeSpan.FromSeconds(60.0 / StepsPerMinute));
            foreach (SoakPartition partition in _partitions)
                await AppendAsync(partition, 1 + _random.Next(4));
            await CommitAsync();
        }

        await ChangeTopicsAsync(minute);
        foreach (string path in AllFiles())
            _seenFiles.Add(Path.GetFileName(path));
    }

    /// <summary>Holds all that the node has against the model.</summary>
    public async Task CheckAsync()
    {
        foreach (SoakPartition partition in _partitions)
        {
            Partition found = Node.Topics.Single(topic => topic.Name == partition.Name.Topic)
                .Partitions[partition.Name.Partition];
            Assert.True(found.IsOnline, found.Failure?.Message);
            Assert.Equal(partition.End, found.LogEndOffset);
            List<StoredRecord> stored = await RawFetching.ReadAllAsync(
                Node.Broker, partition.Name, found.LogStartOffset);
            partition.Check(found.LogStartOffset, stored, NowMs);
        }

        foreach (IGrouping<string, KeyValuePair<(string Group, TopicPartition Partition), long>> group in
            _committed.GroupBy(pair => pair.Key.Group))
        {
            IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> committed =
                await Node.Admin.ListGroupOffsetsAsync(group.Key);
            foreach (((string _, TopicPartition partition), long offset) in group)
                Assert.Equal(offset, committed[partition].Offset);
        }

        Assert.Equal(
            _temporary,
            Node.Topics
                .Select(topic => topic.Name)
                .Where(name => name.StartsWith("temporary", StringComparison.Ordinal)));
        Assert.Empty(Node.Maintenance.Findings);
    }

    public SoakFootprint Measure()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long memory = GC.GetTotalMemory(forceFullCollection: true) - (DiskBytes - _disk.AvailableBytes(Folder));
        return new SoakFootprint(
            AllFiles().Count(path => !path.Contains("/kept-", StringComparison.Ordinal)),
            DiskBytes - _disk.AvailableBytes(Folder),
            _files.OpenNow,
            _environment.Time.TimerCount,
            memory);
    }

    /// <summary>Checks that what is called a soak was one: nothing of it stood idle.</summary>
    public void AssertLoopsRan()
    {
        Assert.Contains(_seenFiles, name => name.EndsWith(".checkpoint", StringComparison.Ordinal));
        Assert.Contains(_seenFiles, name => name.EndsWith(".deleted", StringComparison.Ordinal));
        Assert.Contains("cleaner-offset-checkpoint", _seenFiles);
        Assert.Contains("recovery-point-offset-checkpoint", _seenFiles);
        Assert.All(_partitions.Where(partition => partition.Retention is not null), p => Assert.True(p.Start > 0));
    }

    private async Task CreateTopicsAsync()
    {
        await CreateAsync("kept", compacted: false, retention: null);
        await CreateAsync("events", compacted: false, EventRetention, ("retention.ms", "300000"));
        await CreateAsync(
            "state", compacted: true, retention: null, ("cleanup.policy", "compact"), ("delete.retention.ms", "60000"),
            ("min.cleanable.dirty.ratio", "0.1"));
        await CreateAsync(
            "both", compacted: true, EventRetention, ("cleanup.policy", "compact,delete"), ("retention.ms", "300000"),
            ("delete.retention.ms", "60000"), ("min.cleanable.dirty.ratio", "0.1"));
    }

    private async Task CreateAsync(
        string name, bool compacted, TimeSpan? retention, params (string Name, string Value)[] configs)
    {
        Dictionary<string, string> settings = configs.ToDictionary(config => config.Name, config => config.Value);
        settings["file.delete.delay.ms"] = "10000";
        if (name != "kept")
        {
            settings["segment.ms"] = "60000";
            settings["segment.bytes"] = "4096";
        }

        await Node.Admin.CreateTopicAsync(name, partitions: 2, configs: settings);
        for (int i = 0; i < 2; i++)
        {
            _partitions.Add(new SoakPartition
            {
                Name = new TopicPartition(name, i),
                IsCompacted = compacted,
                Keys = name == "both" ? 100_000 : Keys,
                Retention = retention,
                RetentionSlack = TimeSpan.FromMinutes(3),
            });
        }
    }

    private async Task AppendAsync(SoakPartition partition, int count)
    {
        if (partition is { Retention: null, IsCompacted: false } && _random.Next(4) > 0)
            return;

        using RecordBuffer batch = NewBatch(partition, count);
        ProduceAnswer answer = await RawProducing.ProduceAsync(Node.Broker, partition.Name, batch);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        Assert.Equal(partition.End - count, answer.BaseOffset);
    }

    private RecordBuffer NewBatch(SoakPartition partition, int count)
    {
        using RecordBatchBuilder builder = new(int.MaxValue);
        for (int i = 0; i < count; i++)
        {
            string key = $"key {_random.Next(partition.Keys)}";
            string? value = partition.IsCompacted && _random.Next(10) == 0
                ? null
                : $"{_values++} {new string('.', _random.Next(120))}";
            long now = NowMs;
            builder.TryAppend(
                now,
                Encoding.UTF8.GetBytes(key),
                hasKey: true,
                Encoding.UTF8.GetBytes(value ?? ""),
                hasValue: value is not null,
                headers: null);
            partition.Append(now, key, value);
        }

        return builder.Build();
    }

    private async Task CommitAsync()
    {
        string group = $"group-{_random.Next(Groups)}";
        SoakPartition partition = _partitions[_random.Next(_partitions.Count)];
        await Node.Admin.AlterGroupOffsetsAsync(
            group,
            new Dictionary<TopicPartition, OffsetAndMetadata> { [partition.Name] = new(partition.End) });
        _committed[(group, partition.Name)] = partition.End;
    }

    // Topics come and go, settings change, producers get ids: the metadata log grows, and is cut.
    private async Task ChangeTopicsAsync(int minute)
    {
        string name = $"temporary-{minute}";
        await Node.Admin.CreateTopicAsync(name, partitions: 3);
        await Node.Topic<string, string>(name).AppendAsync("k", "v");
        _temporary.Add(name);
        if (_temporary.Count > 3)
        {
            string gone = _temporary.MinBy(temporary => int.Parse(temporary["temporary-".Length..]))!;
            await Node.Admin.DeleteTopicAsync(gone);
            _temporary.Remove(gone);
        }

        await Node.Admin.AlterConfigsAsync(
            "kept", new Dictionary<string, string?> { ["max.message.bytes"] = $"{100_000 + minute}" });
        await RawProducing.InitProducerIdAsync(Node.Broker);
    }

    private IEnumerable<string> AllFiles()
    {
        Stack<string> folders = new([Folder]);
        while (folders.TryPop(out string? folder))
        {
            foreach (FileSystemEntry entry in _disk.List(folder))
            {
                string path = Path.Combine(folder, entry.Name);
                if (entry.IsDirectory)
                    folders.Push(path);
                else
                    yield return path;
            }
        }
    }
}
