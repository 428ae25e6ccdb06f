using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>The directories of partitions below a data directory: their names, and whose they are.</summary>
/// <remarks>
/// <para>A new one is made without a flush: nothing is lost with it that was promised to anybody. What names it is
/// forced to disk before the first record goes there, one flush of the data directory for all that are new.</para>
/// <para>Owned by the <see cref="LogDirectory"/>. Thread-safe; a name is for one caller at a time.</para>
/// </remarks>
internal sealed class PartitionDirectories
{
    // What is about to be deleted, and goes at the next start if it was not.
    private const string DoomedSuffix = ".streamlog-delete";

    private readonly IFileSystem _files;
    private readonly string _root;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate, which is held while the names are forced to disk: who comes later waits for that.
    private bool _areNamesDirty;

    public PartitionDirectories(IFileSystem files, string root)
    {
        _files = files;
        _root = root;
    }

    /// <summary>Deletes what an earlier run had doomed.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void DeleteDoomed(IFileSystem files, string root)
    {
        foreach (FileSystemEntry entry in files.List(root))
        {
            if (entry.IsDirectory && entry.Name.EndsWith(DoomedSuffix, StringComparison.Ordinal))
                files.DeleteDirectory(Path.Combine(root, entry.Name));
        }
    }

    public string PathOf(TopicPartition partition) => Path.Combine(_root, partition.ToString());

    /// <summary>Lists the partitions that have a directory.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public List<TopicPartition> Find()
    {
        List<TopicPartition> found = [];
        foreach (FileSystemEntry entry in _files.List(_root))
        {
            if (entry.IsDirectory && LogFileNames.TryParseDirectory(entry.Name, out TopicPartition partition))
                found.Add(partition);
        }

        return found;
    }

    /// <summary>Reads whose records a directory holds.</summary>
    /// <returns>The topic, or <see langword="null"/> where there is no directory or it does not say.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public Guid? FindTopic(TopicPartition partition)
    {
        string path = PathOf(partition);
        return _files.DirectoryExists(path) ? PartitionMetadataFile.Read(_files, path) : null;
    }

    /// <summary>Makes a directory the partition's, where it is missing or does not say whose it is.</summary>
    /// <exception cref="StreamLogException">It is somebody else's.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Create(TopicPartition partition, Guid topicId)
    {
        string path = PathOf(partition);
        if (_files.DirectoryExists(path))
            ThrowIfForeign(partition, path);

        // With an epoch there may be records, and what they belong to was on the disk before them.
        if (_files.FileExists(Path.Combine(path, LogFileNames.LeaderEpochs)))
        {
            PartitionMetadataFile.Write(_files, path, topicId);
            _files.SyncDirectory(path);
            return;
        }

        _files.CreateDirectory(path);
        PartitionMetadataFile.WriteUnflushed(_files, path, topicId);
        lock (_gate)
            _areNamesDirty = true;
    }

    /// <summary>Forces the names of new directories to disk.</summary>
    /// <exception cref="FlushFailedException">The disk refused: the data directory is done with.</exception>
    public void SyncNames()
    {
        lock (_gate)
        {
            if (!_areNamesDirty)
                return;

            _files.SyncDirectory(_root);
            _areNamesDirty = false;
        }
    }

    /// <summary>Takes the names of directories away. With <see cref="SyncNames"/> that is for good.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="failures">What could not be taken away, and why.</param>
    public void Doom(IEnumerable<TopicPartition> partitions, Dictionary<TopicPartition, Exception> failures)
    {
        foreach (TopicPartition partition in partitions)
        {
            string path = PathOf(partition);
            try
            {
                _files.DeleteDirectory(path + DoomedSuffix);
                _files.Rename(path, path + DoomedSuffix);
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                failures[partition] = error;
            }
        }

        lock (_gate)
            _areNamesDirty = true;
    }

    /// <summary>Deletes doomed directories. What fails is left to the next start.</summary>
    public void DeleteDoomed(IEnumerable<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
        {
            try
            {
                _files.DeleteDirectory(PathOf(partition) + DoomedSuffix);
            }
            catch (Exception error) when (DiskErrors.IsOfDisk(error))
            {
                // Nothing refers to it any more.
            }
        }
    }

    // Somebody's directory that happens to have a partition's name is not filled, and not deleted with a topic later.
    private void ThrowIfForeign(TopicPartition partition, string path)
    {
        foreach (FileSystemEntry entry in _files.List(path))
        {
            if (entry.IsDirectory || !(LogFileNames.IsOurs(entry.Name) || LogFileNames.IsLeftOver(entry.Name)))
            {
                throw new StreamLogException(
                    ErrorCode.KafkaStorageError,
                    $"Partition {partition} could not be created: {path} has no {LogFileNames.PartitionMetadata}, " +
                    $"and holds '{entry.Name}', which is not StreamLog's. Move that directory away; nothing in it " +
                    "was changed.");
            }
        }
    }
}
