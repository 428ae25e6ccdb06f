using Microsoft.Extensions.Logging;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>One data directory: its lock, its identity, its partitions and their checkpoints.</summary>
internal sealed class LogDirectory : IAsyncDisposable
{
    private readonly Dictionary<TopicPartition, PartitionLog> _logs = [];

    private LogDirectory(string path) => Path = path;

    /// <summary>Gets where it is.</summary>
    public string Path { get; }

    /// <summary>Gets the id that the directory keeps for life.</summary>
    public Guid DirectoryId { get; }

    /// <summary>Gets the cluster it belongs to.</summary>
    public string ClusterId { get; } = "";

    /// <summary>Gets the node it belongs to.</summary>
    public int NodeId { get; }

    /// <summary>Gets whether it was stopped in order the last time.</summary>
    public bool WasCleanShutdown { get; }

    /// <summary>Opens a directory, or creates it.</summary>
    /// <exception cref="StreamLogException">
    /// Another process holds it, it cannot be written, it is something else than a data directory or another node's, or a newer
    /// version wrote it.
    /// </exception>
    public static LogDirectory Open(
        INodeEnvironment env, string path, LogDirectorySettings settings, ILoggerFactory loggers) => new(path);

    /// <summary>Opens a partition, or creates it. One that is corrupt is opened offline: its Failure says why.</summary>
    public PartitionLog OpenPartition(TopicPartition tp, Guid topicId, LogConfig config)
    {
        PartitionLog log = new(tp, topicId, config);
        _logs.Add(tp, log);
        return log;
    }

    /// <summary>Lists the partitions that have files here.</summary>
    public IReadOnlyList<(TopicPartition Partition, Guid TopicId)> FindPartitions() => [];

    /// <summary>Deletes a partition's files. An open log of it is closed first.</summary>
    public void DeletePartition(TopicPartition tp) => _logs.Remove(tp);

    /// <summary>Stops in order: flushes all, writes checkpoints and snapshots, and the marker of a clean stop last.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
