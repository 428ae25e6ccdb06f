using StreamLog.Diagnostics;

namespace StreamLog.Storage;

/// <summary>What one log is made of. Its writer, flusher and reader share it.</summary>
/// <remarks>
/// Writers hold <see cref="Gate"/>, which never covers a flush. What is volatile is read without it: a reader takes the
/// end first and the segments after, so that the segments hold at least what lies below that end.
/// </remarks>
internal sealed class LogState
{
    private ProducerStates? _producers;
    private Segment[] _segments = [];
    private LeaderEpochs _epochs = LeaderEpochs.Empty;
    private StreamLogException? _failure;
    private LogConfig _config;
    private IReadOnlyList<ScrubFinding> _findings = [];
    private long _logStartOffset;
    private long _logEndOffset;
    private long _durableOffset;
    private long _highWatermark;
    private int _truncations;
    private bool _isClosed;
    private bool _areEpochsChecked;
    private bool _isActivated;

    public LogState(
        TopicPartition partition,
        Guid topicId,
        string directory,
        LogConfig config,
        LogDirectorySettings settings,
        TailBudget? tails = null)
    {
        Partition = partition;
        TopicId = topicId;
        Directory = directory;
        _config = config;
        Tail = new TailCache(settings.TailCacheBytesMax, settings.TailCacheEntriesMax, tails);
    }

    public TopicPartition Partition { get; }

    public Guid TopicId { get; }

    public string Directory { get; }

    public TailCache Tail { get; }

    public Lock Gate { get; } = new();

    /// <summary>
    /// Gets the gate that a flush holds while it notes beside the segments what it has flushed, and that whoever makes
    /// such notes untrue takes once. It is taken before <see cref="Gate"/>, and waited for by no append.
    /// </summary>
    public Lock NotesGate { get; } = new();

    // Guarded by Gate.

    /// <summary>
    /// Gets or sets what is remembered of the producers, once <see cref="LogActivation"/> has read it.
    /// </summary>
    public ProducerStates Producers
    {
        get => Volatile.Read(ref _producers)
            ?? throw new InvalidOperationException("The producers of the log have not been read.");
        set => Volatile.Write(ref _producers, value);
    }

    /// <summary>Gets the sealed segments whose flush is due, the oldest first.</summary>
    public List<SealedSegment> Unflushed { get; } = [];

    /// <summary>Gets or sets whether names in the directory changed since it was last synced.</summary>
    public bool AreNamesDirty { get; set; }

    /// <summary>Gets or sets whether the end is being cut: no flush begins meanwhile.</summary>
    public bool IsCutting { get; set; }

    /// <summary>
    /// Gets or sets the offset below which segments may have been compacted: a place in a file that was noted before
    /// says nothing. Written under both gates.
    /// </summary>
    public long CompactedOffset { get; set; }

    // Written under Gate, read by anybody.

    /// <summary>
    /// Gets or sets the segments, sorted by base offset; the last is active. Empty only while the log is offline.
    /// </summary>
    public Segment[] Segments
    {
        get => Volatile.Read(ref _segments);
        set => Volatile.Write(ref _segments, value);
    }

    public Segment Active => Segments[^1];

    public LeaderEpochs Epochs
    {
        get => Volatile.Read(ref _epochs);
        set => Volatile.Write(ref _epochs, value);
    }

    /// <summary>Gets whether the producers have been read.</summary>
    public bool AreProducersRead => Volatile.Read(ref _producers) is not null;

    /// <summary>Gets or sets whether <see cref="LogActivation"/> has made the log ready to be changed.</summary>
    public bool IsActivated
    {
        get => Volatile.Read(ref _isActivated);
        set => Volatile.Write(ref _isActivated, value);
    }

    /// <summary>Gets or sets whether the epochs have been held against the batches.</summary>
    public bool AreEpochsChecked
    {
        get => Volatile.Read(ref _areEpochsChecked);
        set => Volatile.Write(ref _areEpochsChecked, value);
    }

    public LogConfig Config
    {
        get => Volatile.Read(ref _config);
        set => Volatile.Write(ref _config, value);
    }

    public long LogStartOffset
    {
        get => Volatile.Read(ref _logStartOffset);
        set => Volatile.Write(ref _logStartOffset, value);
    }

    public long LogEndOffset
    {
        get => Volatile.Read(ref _logEndOffset);
        set => Volatile.Write(ref _logEndOffset, value);
    }

    /// <summary>
    /// Gets or sets the offset below which everything is on the disk. Never above <see cref="LogEndOffset"/>.
    /// </summary>
    public long DurableOffset
    {
        get => Volatile.Read(ref _durableOffset);
        set => Volatile.Write(ref _durableOffset, value);
    }

    public long HighWatermark
    {
        get => Volatile.Read(ref _highWatermark);
        set => Volatile.Write(ref _highWatermark, value);
    }

    /// <summary>Gets or sets how often the log's end was cut. What overlaps with a cut begins again.</summary>
    public int Truncations
    {
        get => Volatile.Read(ref _truncations);
        set => Volatile.Write(ref _truncations, value);
    }

    /// <summary>Gets the damage that is known in segments that are still there.</summary>
    public IReadOnlyList<ScrubFinding> Findings
    {
        get
        {
            IReadOnlyList<ScrubFinding> known = Volatile.Read(ref _findings);
            Segment[] segments = Segments;
            return known.Count == 0
                ? known
                : [.. known.Where(finding => segments.Any(segment => segment.File.Path == finding.File))];
        }
    }

    /// <summary>Gets why the log is offline, or <see langword="null"/>.</summary>
    public StreamLogException? Failure => Volatile.Read(ref _failure);

    /// <summary>Gets or sets whether its owner has closed it, perhaps to delete it.</summary>
    public bool IsClosed
    {
        get => Volatile.Read(ref _isClosed);
        set => Volatile.Write(ref _isClosed, value);
    }

    /// <summary>Notes damage that a read has met.</summary>
    /// <returns><see langword="false"/> if some is known in that segment already, or the segment is not the log's any
    /// more.</returns>
    public bool TryNote(Segment segment, ScrubFinding finding)
    {
        lock (Gate)
        {
            if (Array.IndexOf(_segments, segment) < 0 || _findings.Any(known => known.File == finding.File))
                return false;
            Volatile.Write(ref _findings, [.. _findings, finding]);
            return true;
        }
    }

    /// <summary>Forgets damage that has turned out to be none.</summary>
    public void Forget(ScrubFinding finding)
    {
        lock (Gate)
            Volatile.Write(ref _findings, [.. _findings.Where(known => !ReferenceEquals(known, finding))]);
    }

    /// <summary>Notes what is wrong with segments that were read through, and forgets what else was known of
    /// them.</summary>
    public void NoteScrubbed(IReadOnlySet<string> files, IReadOnlyList<ScrubFinding> findings)
    {
        lock (Gate)
            Volatile.Write(ref _findings, [.. findings, .. _findings.Where(known => !files.Contains(known.File))]);
    }

    /// <summary>Throws why the log is offline, if it is.</summary>
    /// <exception cref="StreamLogException">It is offline or closed.</exception>
    public void ThrowIfFailed()
    {
        if (Failure is { } failure)
            throw new StreamLogException(failure.ErrorCode, failure.Message, failure);
    }

    /// <summary>Makes the error for an offset that the log does not have.</summary>
    public StreamLogException OutOfRange(long offset) => new(
        ErrorCode.OffsetOutOfRange,
        $"Offset {offset} lies outside of {Partition}, which has {LogStartOffset} to {LogEndOffset}.");

    /// <summary>Takes the log offline for good.</summary>
    /// <returns><see langword="true"/> for the first failure alone.</returns>
    public bool TryFail(StreamLogException failure) => Interlocked.CompareExchange(ref _failure, failure, null) is null;

    /// <summary>Finds the segment that holds an offset, or would; retains it for the caller.</summary>
    public Segment? RetainSegment(long offset)
    {
        while (true)
        {
            Segment[] segments = Segments;
            int index = FindIndex(segments, offset);
            if (index < 0)
                return null;
            if (segments[index].TryRetain())
                return segments[index];
            if (ReferenceEquals(segments, Segments))
                return null; // Closed, with the log.
        }
    }

    /// <summary>Returns the index of the last segment whose base offset is not above the offset, or -1.</summary>
    public static int FindIndex(Segment[] segments, long offset)
    {
        int low = 0;
        int high = segments.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (segments[middle].BaseOffset <= offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    /// <summary>Checks what holds whenever the gate is free.</summary>
    public void AssertInvariants()
    {
        Invariant.Holds(Gate.IsHeldByCurrentThread);
        Invariant.Holds(_durableOffset <= _logEndOffset);
        Invariant.Holds(_logStartOffset <= _logEndOffset);
        Invariant.Holds(_segments.Length == 0 || _segments[^1].NextOffset == _logEndOffset);
    }
}
