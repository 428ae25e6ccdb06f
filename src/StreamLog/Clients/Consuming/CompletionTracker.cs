using System.Collections.Concurrent;

namespace StreamLog.Clients.Consuming;

/// <summary>How far a group has come on each partition: everything before the first record that is not done.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class CompletionTracker : IRecordTracker
{
    private readonly ConcurrentDictionary<TopicPartition, Stretch> _partitions = new();
    private readonly Action _advanced;
    private readonly ProcessingTimes? _times;

    /// <summary>Creates a tracker of nothing.</summary>
    /// <param name="advanced">Called when there is more to commit, on the thread that completed.</param>
    /// <param name="times">Measures how long records take, or <see langword="null"/>.</param>
    public CompletionTracker(Action advanced, ProcessingTimes? times = null)
    {
        _advanced = advanced;
        _times = times;
    }

    /// <inheritdoc/>
    public IRecordCompletion Begin(TopicPartition partition, long offset)
    {
        _times?.Begin(partition, offset);
        Stretch stretch = Of(partition);

        // The same offset may be another record by now, of a topic that was created anew.
        if (stretch.Progress.IsBefore(offset))
            _partitions[partition] = stretch = new Stretch(this);
        stretch.Progress.Begin(offset);
        return stretch;
    }

    /// <inheritdoc/>
    public void Skip(TopicPartition partition, long end)
    {
        if (Of(partition).Progress.Skip(end))
            _advanced();
    }

    /// <summary>Notes that a record and all before it in its partition are done.</summary>
    /// <param name="position">The record's place.</param>
    public void CompleteUpTo(LogPosition position) =>
        Of(position.TopicPartition).Progress.CompleteUpTo(position.Offset);

    /// <summary>Returns what is to be committed.</summary>
    /// <returns>For each partition that has advanced the offset to read next.</returns>
    public Dictionary<TopicPartition, OffsetAndMetadata> ToCommit()
    {
        Dictionary<TopicPartition, OffsetAndMetadata> offsets = [];
        foreach ((TopicPartition partition, Stretch stretch) in _partitions)
        {
            if (stretch.Progress.TryGetCommit(out long offset))
                offsets[partition] = new OffsetAndMetadata(offset);
        }

        return offsets;
    }

    /// <summary>Notes that offsets are committed.</summary>
    /// <param name="offsets">The offsets.</param>
    public void Committed(IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets)
    {
        foreach ((TopicPartition partition, OffsetAndMetadata offset) in offsets)
            Of(partition).Progress.Committed(offset.Offset);
    }

    /// <summary>Forgets partitions that the group has given to another member. What is completed of them later counts
    /// for nothing.</summary>
    /// <param name="partitions">The partitions.</param>
    public void Release(IEnumerable<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions)
            _partitions.TryRemove(partition, out _);
    }

    private Stretch Of(TopicPartition partition) =>
        _partitions.GetOrAdd(partition, static (_, tracker) => new Stretch(tracker), this);

    /// <summary>What is read of a partition from one place on, until reading goes back. What was handed out before
    /// counts no more then.</summary>
    private sealed class Stretch(CompletionTracker tracker) : IRecordCompletion
    {
        public PartitionProgress Progress { get; } = new();

        public void Complete(LogPosition position)
        {
            tracker._times?.Complete(position);
            if (Progress.Complete(position.Offset))
                tracker._advanced();
        }
    }
}
