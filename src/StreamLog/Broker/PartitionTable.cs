using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StreamLog.Metadata;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Brings the node's partitions in line with the metadata: opens, configures, leads and deletes
/// them.</summary>
/// <remarks>Owned by the broker. One thread at a time applies images; any thread reads the table.</remarks>
internal sealed partial class PartitionTable
{
    // Recovery reads whole segments: as many at once as there are processors, and no more than a disk has use for.
    private const int ParallelRecoveryMax = 8;

    private readonly LogDirectory _directory;
    private readonly NodeConfigs _nodeConfigs;
    private readonly ILogger _logger;

    // Held while an image is applied, and while a partition is repaired: either takes as long as logs are recovered.
    private readonly Lock _turn = new();

    private TopicTable _table = TopicTable.Empty;
    private StreamLogException? _failure;

    // Guarded by _turn: the deleted topics of which files are left.
    private readonly HashSet<Guid> _leftovers = [];

    /// <summary>Creates an empty table.</summary>
    /// <param name="directory">The data directory. It stays its owner's.</param>
    /// <param name="nodeConfigs">What topics begin with.</param>
    /// <param name="logger">Where to log.</param>
    public PartitionTable(LogDirectory directory, NodeConfigs nodeConfigs, ILogger logger)
    {
        _directory = directory;
        _nodeConfigs = nodeConfigs;
        _logger = logger;
    }

    /// <summary>Gets the topics there are now.</summary>
    public TopicTable Current => Volatile.Read(ref _table);

    /// <summary>Deletes what is left on disk of topics that the metadata says were deleted. To be called before any
    /// image is applied.</summary>
    /// <param name="image">The metadata.</param>
    public void RemoveLeftovers(ClusterImage image)
    {
        _directory.ForgetMarks(image.RemovedTopicIds);
        Dictionary<TopicPartition, Guid> leftovers = [];
        foreach (TopicPartition partition in _directory.FindPartitions())
        {
            // What the metadata has under that name says itself, when it is opened, if it belongs to another topic.
            bool isExpected = image.FindTopic(partition.Topic) is { } topic
                && partition.Partition < topic.Partitions.Length
                && image.RemovedTopicIds.IsEmpty;
            if (isExpected || partition.Topic == TopicNames.ClusterMetadata)
                continue;
            if (_directory.FindTopic(partition) is not { } topicId || image.TopicNamesById.ContainsKey(topicId))
                continue;

            if (image.RemovedTopicIds.Contains(topicId))
            {
                Log.RemovesLeftover(_logger, partition, topicId);
                leftovers.Add(partition, topicId);
            }
            else
            {
                // It may be a copy of somebody's only data. Whoever put it there knows what it is.
                Log.LeavesForeign(_logger, partition, topicId);
            }
        }

        Delete(leftovers);
    }

    /// <summary>Brings the partitions in line with an image, and tries those again that could not be opened. Blocks
    /// while logs are recovered.</summary>
    /// <param name="image">The image; not older than the one before, or the same.</param>
    /// <returns>The ids of deleted topics of which files could not be deleted.</returns>
    /// <exception cref="StreamLogException">A partition that the image brought could not be created: the disk is full,
    /// say. All the others are in line, and the next call tries again.</exception>
    public IReadOnlySet<Guid> Apply(ClusterImage image)
    {
        lock (_turn)
            return ApplyInTurn(image);
    }

    /// <summary>Cuts what is damaged out of a partition, and has the node lead it again. Blocks while it is read
    /// through.</summary>
    /// <param name="tp">The partition.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="StreamLogException">There is no such partition here, the disk failed, or all partitions are
    /// offline for a reason that lies in none of them.</exception>
    public RepairReport Repair(TopicPartition tp)
    {
        lock (_turn)
        {
            // What is wrong is not in the partition then, and the one put in its place would not know of it.
            if (Volatile.Read(ref _failure) is { } before)
                throw before;

            PartitionRepairTurn turn = new(_directory, Current, tp);
            return turn.Run(Lead, Publish);
        }
    }

    private HashSet<Guid> ApplyInTurn(ClusterImage image)
    {
        TopicTable before = Current;
        if (ReferenceEquals(image, before.Image) && before.IsWhole)
            return _leftovers;

        Delete([.. before.Topics.Where(topic => !image.TopicNamesById.ContainsKey(topic.TopicId))]);

        List<LocalTopic> topics = new(image.Topics.Count);
        List<TopicPartition> missing = [];
        foreach (TopicImage topic in image.Topics.Values)
        {
            LocalTopic? known = before.Find(topic.TopicId);
            bool hasSameConfigs = ReferenceEquals(
                image.ConfigsOf(ConfigResourceType.Topic, topic.Name),
                before.Image.ConfigsOf(ConfigResourceType.Topic, topic.Name));
            if (known is { IsWhole: true } && hasSameConfigs && ReferenceEquals(known.Image, topic))
                topics.Add(known);
            else
                topics.Add(Update(image, topic, known, missing));
        }

        List<(TopicPartition Partition, StreamLogException Failure)> failures = Open(topics, missing);
        foreach (LocalTopic topic in topics)
            Lead(topic, image);

        Publish(new TopicTable(image, topics));

        // A node whose disk is full starts all the same, so that what is there can be read.
        if (ReferenceEquals(before, TopicTable.Empty))
            return _leftovers;

        // Who asked for a partition is told that it is not there. Other changes are made, and may be what helps.
        foreach ((TopicPartition partition, StreamLogException failure) in failures)
        {
            if (before.Find(image.Topics[partition.Topic].TopicId) is not { } known
                || partition.Partition >= known.Partitions.Length)
            {
                throw failure;
            }
        }

        return _leftovers;
    }

    /// <summary>Takes all partitions offline, those to come too: the directory cannot be trusted any more.</summary>
    /// <param name="failure">Why.</param>
    public void FailAll(StreamLogException failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        foreach (LocalTopic topic in Current.Topics)
        {
            foreach (ReplicatedPartition? partition in topic.Partitions)
                partition?.Fail(failure);
        }
    }

    private void Publish(TopicTable table)
    {
        Volatile.Write(ref _table, table);

        // Who failed all meanwhile knew only those of the table before.
        if (Volatile.Read(ref _failure) is { } failure)
            FailAll(failure);
    }

    private LocalTopic Update(ClusterImage image, TopicImage topic, LocalTopic? known, List<TopicPartition> missing)
    {
        TopicSettings settings = TopicSettings.Create(
            _nodeConfigs, image.ConfigsOf(ConfigResourceType.Topic, topic.Name));
        ImmutableArray<ReplicatedPartition?>.Builder partitions =
            ImmutableArray.CreateBuilder<ReplicatedPartition?>(topic.Partitions.Length);
        for (int i = 0; i < topic.Partitions.Length; i++)
        {
            ReplicatedPartition? partition = known?.Find(i);
            if (partition is not null && settings != known!.Settings)
                partition.Configure(settings.Log, settings.Durability, settings.MinInSyncReplicas);
            if (partition is null && topic.Partitions[i].Replicas.Any(IsHere))
                missing.Add(new TopicPartition(topic.Name, i));
            partitions.Add(partition);
        }

        return new LocalTopic(topic, settings, partitions.MoveToImmutable());

        bool IsHere(int node) => image.IsKeptIn(node, _directory.DirectoryId);
    }

    /// <summary>Opens the partitions that are missing in the topics, several at once, and puts them in.</summary>
    /// <returns>Those that could not be opened, and why.</returns>
    private List<(TopicPartition Partition, StreamLogException Failure)> Open(
        List<LocalTopic> topics, List<TopicPartition> missing)
    {
        if (missing.Count == 0)
            return [];

        Dictionary<string, int> byName = new(StringComparer.Ordinal);
        for (int i = 0; i < topics.Count; i++)
            byName.Add(topics[i].Name, i);

        ReplicatedPartition?[] opened = new ReplicatedPartition?[missing.Count];
        StreamLogException?[] failures = new StreamLogException?[missing.Count];
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, ParallelRecoveryMax),
        };
        bool isStart = ReferenceEquals(Current, TopicTable.Empty);
        if (isStart)
            _directory.Recovery.Begin(missing.Count);
        Parallel.For(
            0,
            missing.Count,
            parallel,
            i => opened[i] = TryOpen(topics[byName[missing[i].Topic]], missing[i], out failures[i]));
        if (isStart)
            _directory.Recovery.End();

        foreach (IGrouping<string, ReplicatedPartition> group in opened
            .OfType<ReplicatedPartition>()
            .GroupBy(partition => partition.TopicPartition.Topic))
        {
            int index = byName[group.Key];
            LocalTopic topic = topics[index];
            ImmutableArray<ReplicatedPartition?>.Builder partitions = topic.Partitions.ToBuilder();
            foreach (ReplicatedPartition partition in group)
                partitions[partition.TopicPartition.Partition] = partition;
            topics[index] = topic with { Partitions = partitions.MoveToImmutable() };
        }

        return [.. missing.Zip(failures)
            .Where(pair => pair.Second is not null)
            .Select(pair => (pair.First, pair.Second!))];
    }

    private ReplicatedPartition? TryOpen(
        LocalTopic topic, TopicPartition partition, out StreamLogException? openFailure)
    {
        openFailure = null;
        try
        {
            PartitionLog log = _directory.OpenPartition(partition, topic.TopicId, topic.Settings.Log);
            if (log.Failure is { } failure)
                Log.OpenedOffline(_logger, partition, failure);

            return new ReplicatedPartition(log, topic.Settings.Durability, topic.Settings.MinInSyncReplicas);
        }
        catch (StreamLogException exception)
        {
            Log.CannotOpen(_logger, exception, partition);
            openFailure = exception;
            return null;
        }
    }

    private void Lead(LocalTopic topic) => Lead(topic, Current.Image);

    private void Lead(LocalTopic topic, ClusterImage cluster)
    {
        for (int i = 0; i < topic.Partitions.Length; i++)
        {
            PartitionImage image = topic.Image.Partitions[i];
            if (cluster.IsKeptIn(image.Leader, _directory.DirectoryId) && topic.Partitions[i] is { } partition)
                partition.BecomeLeader(image.LeaderEpoch);
        }
    }

    private void Delete(List<LocalTopic> topics)
    {
        Dictionary<TopicPartition, Guid> partitions = [];
        foreach (LocalTopic topic in topics)
        {
            StreamLogException gone = new(
                ErrorCode.UnknownTopicOrPartition, $"The topic '{topic.Name}' was deleted.");
            for (int i = 0; i < topic.Partitions.Length; i++)
            {
                bool isOnline = topic.Partitions[i] is { Failure: null };
                topic.Partitions[i]?.Fail(gone);

                // Where something else lies in its place, the partition was offline, and that is left alone.
                TopicPartition partition = new(topic.Name, i);
                if (isOnline || IsOf(partition, topic.TopicId))
                    partitions.Add(partition, topic.TopicId);
                else
                    _directory.LetGo(partition);
            }
        }

        Delete(partitions);
    }

    private bool IsOf(TopicPartition partition, Guid topicId)
    {
        try
        {
            return _directory.FindTopic(partition) == topicId;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.CannotDelete(_logger, exception, partition);
            _leftovers.Add(topicId);
            return false;
        }
    }

    // What fails is left to the next start: the metadata goes on saying that the topic is deleted.
    private void Delete(Dictionary<TopicPartition, Guid> partitions)
    {
        if (partitions.Count == 0)
            return;

        try
        {
            foreach ((TopicPartition partition, Exception failure) in
                _directory.DeletePartitions([.. partitions.Keys]))
            {
                Log.CannotDelete(_logger, failure, partition);
                _leftovers.Add(partitions[partition]);
            }
        }
        catch (Exception exception) when (exception is StreamLogException or IOException)
        {
            foreach ((TopicPartition partition, Guid topicId) in partitions)
            {
                Log.CannotDelete(_logger, exception, partition);
                _leftovers.Add(topicId);
            }
        }
    }
}
