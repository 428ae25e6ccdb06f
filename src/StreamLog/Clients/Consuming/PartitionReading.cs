namespace StreamLog.Clients.Consuming;

/// <summary>The reading of one partition from one place on. A seek puts another one in its stead.</summary>
/// <remarks>
/// The reader alone moves <see cref="Position"/> and uses <see cref="Current"/> while it has the reading; everything
/// else is guarded by the gate of its <see cref="ReadingSet"/>. Since a seek replaces the whole, the reader needs no
/// lock to know what still counts.
/// </remarks>
internal sealed class PartitionReading
{
    private long _position;
    private bool _isStale;
    private bool _isPaused;
    private bool _isClosing;

    /// <summary>Begins to read.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="topicId">The topic's id; empty where it is not known.</param>
    /// <param name="leaderEpoch">The epoch of the leader, or -1.</param>
    /// <param name="position">The offset of the first record to read.</param>
    public PartitionReading(TopicPartition partition, Guid topicId, int leaderEpoch, long position)
    {
        Partition = partition;
        TopicId = topicId;
        LeaderEpoch = leaderEpoch;
        Begin = position;
        FetchOffset = position;
        _position = position;
    }

    /// <summary>Returns the reading that goes on for this one, from another place of the same assignment.</summary>
    /// <param name="position">The offset of the first record to read.</param>
    /// <param name="isPaused">Whether nothing of it is to be yielded yet.</param>
    /// <returns>The reading.</returns>
    public PartitionReading From(long position, bool isPaused = false) => new(Partition, TopicId, LeaderEpoch, position)
    {
        Begin = Math.Min(Begin, position),
        EndOffset = EndOffset,
        IsPaused = isPaused,
    };

    /// <summary>Gets the partition.</summary>
    public TopicPartition Partition { get; }

    /// <summary>Gets or sets the topic's id.</summary>
    public Guid TopicId { get; set; }

    /// <summary>Gets or sets the epoch of the leader, or -1.</summary>
    public int LeaderEpoch { get; set; }

    /// <summary>Gets the offset from which on its records are yielded since it was assigned.</summary>
    public long Begin { get; private init; }

    /// <summary>Gets or sets the offset of the record that is yielded next.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Gets or sets whether nothing of it is to be yielded any more.</summary>
    public bool IsStale
    {
        get => Volatile.Read(ref _isStale);
        set => Volatile.Write(ref _isStale, value);
    }

    /// <summary>Gets or sets whether nothing of it is to be yielded now.</summary>
    public bool IsPaused
    {
        get => Volatile.Read(ref _isPaused) || IsClosing;
        set => Volatile.Write(ref _isPaused, value);
    }

    /// <summary>Gets or sets whether it is about to be given up, so that nothing resumes it.</summary>
    public bool IsClosing
    {
        get => Volatile.Read(ref _isClosing);
        set => Volatile.Write(ref _isClosing, value);
    }

    /// <summary>Gets the offset at which the reading is over; the end of time where it goes on for ever.</summary>
    public long EndOffset { get; init; } = long.MaxValue;

    /// <summary>Gets whether nothing is left to be fetched: never where the reading goes on for ever.</summary>
    public bool IsFetched => EndOffset != long.MaxValue && FetchOffset >= EndOffset;

    /// <summary>Gets whether the reading is over.</summary>
    public bool IsOver => Position >= EndOffset;

    /// <summary>Gets or sets the run that is being read.</summary>
    public FetchedRun? Current { get; set; }

    /// <summary>Gets the runs that were fetched ahead.</summary>
    public Queue<FetchedRun> Runs { get; } = new();

    /// <summary>Gets or sets the number of bytes of all runs, the current one too.</summary>
    public long Buffered { get; set; }

    /// <summary>Gets or sets the offset to fetch from next.</summary>
    public long FetchOffset { get; set; }

    /// <summary>Gets or sets why nothing more can be fetched. The reader throws it behind what was fetched
    /// before.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Gets or sets whether a request for it is under way.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Gets or sets whether it stands in the line of those that have something to read.</summary>
    public bool IsInLine { get; set; }

    /// <summary>Gets or sets how often fetching has failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Gets or sets when to try again after a failure, on the clock's timestamps.</summary>
    public long RetryAt { get; set; }

    /// <summary>Gets whether there is something for the reader.</summary>
    public bool HasNews => Current is not null || Runs.Count > 0 || Failure is not null;
}
