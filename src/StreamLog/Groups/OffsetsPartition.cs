using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Groups;

/// <summary>One partition of <c>__consumer_offsets</c> with the state in it: the shell around
/// <see cref="GroupOffsets"/>.</summary>
/// <remarks>
/// What is read is what is committed: a commit counts when its records do, in the order of the log. Owned by the
/// coordinator; thread-safe.
/// </remarks>
internal sealed class OffsetsPartition
{
    /// <summary>How large the records of one commit may be together. Some 80,000 partitions.</summary>
    public const int CommitBytesMax = 8 * 1024 * 1024;

    private const int ReadBytesMax = 4 * 1024 * 1024;

    private readonly ReplicatedPartition _partition;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate. Appends happen within it too, so that the queue is in the order of the log.
    private readonly GroupOffsets _offsets = new();
    private readonly Queue<PendingCommit> _pending = new();

    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public OffsetsPartition(ReplicatedPartition partition)
    {
        _partition = partition;
        if (partition.Failure is null)
            Load();
    }

    /// <summary>Gets the partition.</summary>
    public ReplicatedPartition Partition => _partition;

    /// <summary>Reads the state, under the gate.</summary>
    /// <typeparam name="TResult">What is read.</typeparam>
    /// <param name="read">Reads; it must not keep the state.</param>
    /// <returns>What it read.</returns>
    public TResult Read<TResult>(Func<GroupOffsets, TResult> read)
    {
        lock (_gate)
            return read(_offsets);
    }

    /// <summary>Commits.</summary>
    /// <param name="records">What to commit; not empty.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>None once the offsets are committed, or what went wrong.</returns>
    public async ValueTask<ErrorCode> CommitAsync(
        IReadOnlyList<OffsetRecord> records, long timestamp, CancellationToken cancellationToken)
    {
        using RecordBatchBuilder builder = new(CommitBytesMax);
        foreach (OffsetRecord record in records)
        {
            byte[] key = ConsumerOffsetRecords.WriteKey(record.Key);
            byte[] value = record.Value is null ? [] : ConsumerOffsetRecords.WriteValue(record.Value);
            bool hasValue = record.Value is not null;
            if (!builder.TryAppend(timestamp, key, hasKey: true, value, hasValue, headers: null))
                return ErrorCode.InvalidCommitOffsetSize;
        }

        PendingCommit pending;
        using (RecordBuffer batch = builder.Build())
        {
            lock (_gate)
            {
                AppendResult appended = _partition.Append(batch, AppendOrigin.Coordinator);
                if (!appended.IsSuccess)
                    return ErrorOf(appended.ErrorCode);

                pending = new PendingCommit(this, appended.LastOffset + 1, records);
                _pending.Enqueue(pending);
            }
        }

        if (!_partition.TryWait(pending, pending.EndOffset))
            Settle();
        _partition.Announce();
        return await pending.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Settles the commits that the high watermark has passed, or all of them where the partition has
    /// failed.</summary>
    public void Settle()
    {
        List<(PendingCommit Commit, ErrorCode Error)> settled = [];
        lock (_gate)
        {
            // The failure first: what is committed afterwards is settled by whoever committed it.
            StreamLogException? failure = _partition.Failure;
            long highWatermark = _partition.HighWatermark;
            while (_pending.TryPeek(out PendingCommit? commit))
            {
                bool isCommitted = commit.EndOffset <= highWatermark;
                if (!isCommitted && failure is null)
                    break;

                _pending.Dequeue();
                settled.Add((commit, isCommitted ? ErrorCode.None : ErrorOf(failure!.ErrorCode)));
                if (isCommitted)
                    Apply(commit.Records);
            }
        }

        foreach ((PendingCommit commit, ErrorCode error) in settled)
            commit.Complete(error);
    }

    // What a coordinator answers in place of what befell its log, so that clients know what to do.
    private static ErrorCode ErrorOf(ErrorCode appended) => appended switch
    {
        ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge => ErrorCode.InvalidCommitOffsetSize,
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotEnoughReplicas => ErrorCode.CoordinatorNotAvailable,
        ErrorCode.NotLeaderOrFollower => ErrorCode.NotCoordinator,
        _ => appended,
    };

    private void Apply(IReadOnlyList<OffsetRecord> records)
    {
        foreach (OffsetRecord record in records)
            _offsets.Apply(record);
    }

    private void Load()
    {
        long offset = _partition.Log.LogStartOffset;
        long end = _partition.HighWatermark;
        while (offset < end)
        {
            LogReadResult read = _partition.Log.Read(offset, end, ReadBytesMax, atLeastOneBatch: true);
            using RecordBuffer batches = read.Records;
            if (read.ErrorCode != ErrorCode.None || batches.Length == 0)
            {
                throw new StreamLogException(
                    read.ErrorCode == ErrorCode.None ? ErrorCode.KafkaStorageError : read.ErrorCode,
                    $"{_partition.TopicPartition} cannot be read at offset {offset}. {read.Message}");
            }

            RecordBatchEnumerator walk = new(batches.Span);
            while (walk.MoveNext())
            {
                offset = walk.Header.NextOffset;
                if (!walk.Header.IsControl)
                    Load(walk.Current);
            }
        }
    }

    private void Load(ReadOnlySpan<byte> batch)
    {
        using RecordReader reader = new(batch);
        while (reader.MoveNext())
        {
            RecordView record = reader.Current;

            // Records of the groups themselves, and of kinds that came later, say nothing about offsets.
            if (record.HasKey && ConsumerOffsetRecords.ReadKey(record.Key) is OffsetCommitKey key)
            {
                _offsets.Apply(new OffsetRecord(
                    key, record.HasValue ? ConsumerOffsetRecords.ReadOffsetCommitValue(record.Value) : null));
            }
        }
    }
}
