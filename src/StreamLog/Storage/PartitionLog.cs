using StreamLog.Protocol;

namespace StreamLog.Storage;

/// <summary>One partition's log: segments of record batches in one directory.</summary>
internal sealed class PartitionLog
{
    internal PartitionLog(TopicPartition topicPartition, Guid topicId, LogConfig config)
    {
        TopicPartition = topicPartition;
        TopicId = topicId;
        Config = config;
    }

    /// <summary>Raised when <see cref="DurableOffset"/> has moved up: on the thread of the flush, with no gate held.</summary>
    public event Action<PartitionLog>? DurableAdvanced;

    /// <summary>Raised once, when the log has gone offline: no gate held.</summary>
    public event Action<PartitionLog>? WentOffline;

    /// <summary>Gets the partition.</summary>
    public TopicPartition TopicPartition { get; }

    /// <summary>Gets the id of its topic.</summary>
    public Guid TopicId { get; }

    /// <summary>Gets how it is kept.</summary>
    public LogConfig Config { get; private set; }

    /// <summary>Gets whether it can be used. Once offline it stays so until the directory is opened again.</summary>
    public bool IsOnline => Failure is null;

    /// <summary>Gets why it is offline: which file, which byte, which offset, and what can be done.</summary>
    public StreamLogException? Failure { get; private set; }

    /// <summary>Gets the first offset that can be read.</summary>
    public long LogStartOffset { get; private set; }

    /// <summary>Gets the offset that the next record will get.</summary>
    public long LogEndOffset { get; private set; }

    /// <summary>Gets the offset below which everything is on the disk.</summary>
    public long DurableOffset { get; private set; }

    /// <summary>
    /// Gets or sets the high watermark as its owner decides it. The log only keeps it in
    /// <c>replication-offset-checkpoint</c>, and starts with what stood there.
    /// </summary>
    public long HighWatermark { get; set; }

    /// <summary>Gets the epoch of the last leader that was assigned, or -1.</summary>
    public int LatestEpoch { get; private set; } = -1;

    /// <summary>Gets the bytes of all segments.</summary>
    public long SizeInBytes { get; private set; }

    /// <summary>Gets the segments, the oldest first.</summary>
    public IReadOnlyList<SegmentView> Segments { get; } = [];

    /// <summary>Changes how the log is kept, from the next append on.</summary>
    public void UpdateConfig(LogConfig config) => Config = config;

    /// <summary>
    /// Appends batches as the leader: validates them, checks sequences, stamps offset and epoch on a copy, and writes it. Does
    /// not flush. Does not keep or change the caller's buffer.
    /// </summary>
    public AppendResult AppendAsLeader(
        RecordBuffer batches, int leaderEpoch, AppendOrigin origin = AppendOrigin.Client) => throw Unfinished();

    /// <summary>Wakes the flush loop. The owner calls it after an append that must become durable; hold no lock.</summary>
    public void RequestFlush() => throw Unfinished();

    /// <summary>Reads whole batches.</summary>
    /// <param name="offset">The first offset wanted.</param>
    /// <param name="limitOffset">The offset to stay below: a high watermark, or <see cref="LogEndOffset"/>.</param>
    /// <param name="maxBytes">How many bytes are wanted at most.</param>
    /// <param name="atLeastOneBatch">Whether the first batch is returned even if it is larger than that.</param>
    public LogReadResult Read(long offset, long limitOffset, int maxBytes, bool atLeastOneBatch) => throw Unfinished();

    /// <summary>Finds the first record whose timestamp is at or after the one given.</summary>
    public OffsetAndTimestamp? FindOffsetByTimestamp(long timestampMs) => throw Unfinished();

    /// <summary>Finds the first record with the latest timestamp of all.</summary>
    public OffsetAndTimestamp? FindMaxTimestamp() => throw Unfinished();

    /// <summary>Returns where the epoch ended: (epoch, end) as Kafka's OffsetsForLeaderEpoch; (-1, -1) if unknown.</summary>
    public (int Epoch, long EndOffset) EndOffsetForEpoch(int epoch) => throw Unfinished();

    /// <summary>Notes durably that the leader of this epoch begins at the log's end. Older epochs change nothing.</summary>
    public void AssignEpochStart(int epoch) => throw Unfinished();

    /// <summary>Cuts the log so that it ends at the offset. The owner appends nothing meanwhile.</summary>
    public void TruncateTo(long offset) => throw Unfinished();

    /// <summary>Raises the start of the log durably, and deletes the segments wholly below it.</summary>
    public void TrimTo(long newLogStartOffset) => throw Unfinished();

    private StreamLogException Unfinished()
    {
        DurableAdvanced?.Invoke(this);
        WentOffline?.Invoke(this);
        return new StreamLogException(ErrorCode.KafkaStorageError, "The storage engine lands within the hour.");
    }
}
