namespace StreamLog.Clients.Consuming;

/// <summary>What a consumer reads, what has been fetched of it, and whose turn is next.</summary>
/// <remarks>
/// Thread-safe. One reader takes readings out of the line, one fetch loop puts fetched runs in; partitions take turns,
/// run by run. It counts the bytes that wait and owns them until they are handed out.
/// </remarks>
internal sealed partial class ReadingSet
{
    private readonly Lock _gate = new();
    private readonly ConsumerOptions _options;

    // Below here: guarded by _gate.
    // Invariant: _buffered is the sum of Buffered over _readings and a stale _active.

    private readonly Dictionary<TopicPartition, PartitionReading> _readings = [];

    /// <summary>The order in which partitions are asked for. Those that were answered go to its end.</summary>
    private readonly List<PartitionReading> _order = [];

    /// <summary>Those that have something to read.</summary>
    private readonly LinkedList<PartitionReading> _line = new();

    private PartitionReading? _active;
    private long _buffered;
    private bool _isReading;
    private bool _isClosed;

    /// <summary>Creates an empty set.</summary>
    /// <param name="options">The limits.</param>
    public ReadingSet(ConsumerOptions options) => _options = options;

    /// <summary>Gets whether the consumer is at its end.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _isClosed;
        }
    }

    /// <summary>Gets whether somebody reads now.</summary>
    public bool IsReading
    {
        get
        {
            lock (_gate)
                return _isReading;
        }
    }

    /// <summary>Gets the number of bytes that were fetched ahead.</summary>
    public long Buffered
    {
        get
        {
            lock (_gate)
                return _buffered;
        }
    }

    /// <summary>Gets the partitions that are read.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyCollection<TopicPartition> Partitions()
    {
        lock (_gate)
            return [.. _readings.Keys];
    }

    /// <summary>Gets where each partition stands.</summary>
    /// <returns>A copy.</returns>
    public Dictionary<TopicPartition, PartitionReading> Readings()
    {
        lock (_gate)
            return new Dictionary<TopicPartition, PartitionReading>(_readings);
    }

    /// <summary>Finds the reading of a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>The reading.</returns>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public PartitionReading Find(TopicPartition partition)
    {
        lock (_gate)
        {
            return _readings.TryGetValue(partition, out PartitionReading? reading)
                ? reading
                : throw new InvalidOperationException(
                    $"Partition {partition} is not assigned to this consumer. Call AssignAsync with it first.");
        }
    }

    /// <summary>Reads these partitions and no others.</summary>
    /// <param name="kept">Partitions that go on where they are.</param>
    /// <param name="added">Readings that begin.</param>
    public void Assign(IReadOnlySet<TopicPartition> kept, IEnumerable<PartitionReading> added)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(ReadingSet));
            foreach (PartitionReading reading in _readings.Values.ToList())
            {
                if (!kept.Contains(reading.Partition))
                    Retire(reading);
            }

            foreach (PartitionReading reading in added)
                Add(reading);
        }
    }

    /// <summary>Puts a new reading in the place of one, unless that has been replaced already.</summary>
    /// <param name="before">The reading so far, or <see langword="null"/> for whichever there is.</param>
    /// <param name="after">The new one.</param>
    public void Replace(PartitionReading? before, PartitionReading after)
    {
        lock (_gate)
        {
            if (_isClosed || !_readings.TryGetValue(after.Partition, out PartitionReading? now))
                return;
            if (before is not null && !ReferenceEquals(before, now))
                return;

            after.IsPaused = now.IsPaused;
            after.IsClosing = now.IsClosing;
            Retire(now);
            Add(after);
        }
    }

    /// <summary>Stops or resumes yielding.</summary>
    /// <param name="partitions">Partitions that are assigned.</param>
    /// <param name="isPaused">Whether nothing is to be yielded.</param>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void SetPaused(IEnumerable<TopicPartition> partitions, bool isPaused)
    {
        List<TopicPartition> named = [.. partitions];
        lock (_gate)
        {
            // Found and marked in one: a seek in between would put a reading in its place that knows nothing of it.
            List<PartitionReading> readings = [.. named.Select(Find)];
            foreach (PartitionReading reading in readings)
            {
                reading.IsPaused = isPaused;
                if (!isPaused)
                    PutInLine(reading, isFirst: false);
                else if (reading.Buffered > 0 && !reading.IsStale && !ReferenceEquals(reading, _active))
                    Restart(reading);
            }
        }
    }

    /// <summary>Stops or resumes yielding for a moment: other than a pause it keeps what was fetched, until others need
    /// the room.</summary>
    /// <param name="partition">The partition. One that is not assigned any more is left alone.</param>
    /// <param name="isHeld">Whether nothing is to be yielded.</param>
    public void SetHeld(TopicPartition partition, bool isHeld)
    {
        lock (_gate)
        {
            if (!_readings.TryGetValue(partition, out PartitionReading? reading))
                return;
            reading.IsPaused = isHeld;
            if (!isHeld)
                PutInLine(reading, isFirst: false);
        }
    }

    /// <summary>Begins to read. One does at a time.</summary>
    /// <exception cref="ObjectDisposedException">The consumer was disposed.</exception>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public void BeginReading()
    {
        lock (_gate)
        {
            if (_isClosed)
                throw new ObjectDisposedException("Consumer", "The consumer was disposed. Create another one.");
            if (_isReading)
            {
                throw new InvalidOperationException(
                    "Somebody reads from this consumer already. End that enumeration first, or create another "
                    + "consumer.");
            }

            _isReading = true;
        }
    }

    /// <summary>Ends the reading.</summary>
    public void EndReading()
    {
        if (_active is not null)
            Return(isFinished: false);
        lock (_gate)
        {
            _isReading = false;
            if (_isClosed)
                RetireAll();
        }
    }

    /// <summary>Returns the reading whose turn it is.</summary>
    /// <returns>The reading, or <see langword="null"/> if there is nothing to read.</returns>
    public PartitionReading? Take()
    {
        if (_active is not null)
            return _active;

        lock (_gate)
        {
            while (_line.First is { Value: { } reading })
            {
                _line.RemoveFirst();
                reading.IsInLine = false;
                if (reading.IsStale || reading.IsPaused)
                    continue;
                if (reading.Current is null && reading.Runs.TryDequeue(out FetchedRun? run))
                    reading.Current = run;
                return _active = reading;
            }

            return null;
        }
    }

    /// <summary>Gives back the reading that was taken.</summary>
    /// <param name="isFinished">Whether its current run is read to the end.</param>
    /// <param name="keepsRun">Whether somebody else has the current run now, and disposes it.</param>
    public void Return(bool isFinished, bool keepsRun = false)
    {
        lock (_gate)
        {
            PartitionReading reading = _active!;
            _active = null;
            if ((isFinished || reading.IsStale) && reading.Current is { } run)
            {
                reading.Current = null;
                Release(reading, run.Length);
                if (!keepsRun)
                    run.Dispose();
            }

            // One that was interrupted goes on first, one that has had its turn goes to the end.
            if (!reading.IsStale)
                PutInLine(reading, isFirst: !isFinished);
        }
    }

    /// <summary>Takes the failure of a reading, which then tries again.</summary>
    /// <param name="reading">The reading.</param>
    /// <returns>The failure, if there is one and everything before it is read.</returns>
    public Exception? TakeFailure(PartitionReading reading)
    {
        lock (_gate)
        {
            if (reading.Current is not null || reading.Runs.Count > 0)
                return null;
            Exception? failure = reading.Failure;
            reading.Failure = null;
            return failure;
        }
    }

    /// <summary>Tells whether all readings are at their ends.</summary>
    /// <returns>Whether nothing is left to read.</returns>
    public bool IsOver()
    {
        lock (_gate)
            return _readings.Values.All(static reading => reading.IsOver);
    }

    /// <summary>Chooses what to fetch next.</summary>
    /// <param name="now">The time, on the clock's timestamps.</param>
    /// <param name="chosen">Takes the readings to fetch for, which then are in flight.</param>
    /// <param name="maxBytes">The most bytes to fetch.</param>
    /// <param name="retryAt">When one that failed may be tried again; the end of time where none failed.</param>
    public void Choose(long now, List<PartitionReading> chosen, out int maxBytes, out long retryAt)
    {
        retryAt = long.MaxValue;
        lock (_gate)
        {
            if (_buffered >= _options.FetchAheadBytes)
                MakeRoom();
            maxBytes = (int)Math.Clamp(_options.FetchAheadBytes - _buffered, 0, _options.FetchMaxBytes);
            foreach (PartitionReading reading in _order)
            {
                if (!Wants(reading))
                    continue;
                if (reading.RetryAt > now)
                {
                    retryAt = Math.Min(retryAt, reading.RetryAt);
                    continue;
                }

                reading.IsInFlight = true;
                chosen.Add(reading);
            }
        }
    }

    /// <summary>Tells whether something could be fetched that is not asked for.</summary>
    /// <returns>Whether a request under way is not the one that should be.</returns>
    public bool HasMoreToFetch()
    {
        lock (_gate)
        {
            foreach (PartitionReading reading in _order)
            {
                if (!reading.IsInFlight && reading.RetryAt == 0 && Wants(reading))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Notes that a request was answered, or not.</summary>
    /// <param name="asked">The readings that it was for.</param>
    public void Answered(List<PartitionReading> asked)
    {
        lock (_gate)
        {
            foreach (PartitionReading reading in asked)
                reading.IsInFlight = false;
        }
    }

    /// <summary>Puts a fetched run in line.</summary>
    /// <param name="reading">Its reading.</param>
    /// <param name="run">The run, which the set owns from here on.</param>
    /// <param name="nextOffset">The offset to fetch from next.</param>
    public void Add(PartitionReading reading, FetchedRun run, long nextOffset)
    {
        lock (_gate)
        {
            if (reading.IsStale)
            {
                run.Dispose();
                return;
            }

            reading.Runs.Enqueue(run);
            reading.Buffered += run.Length;
            reading.FetchOffset = Math.Max(reading.FetchOffset, nextOffset);
            reading.Failures = 0;
            reading.RetryAt = 0;
            _buffered += run.Length;
            PutInLine(reading, isFirst: false);

            // Who has just had an answer stands behind those who have not, when room is short.
            _order.Remove(reading);
            _order.Add(reading);
        }
    }

    /// <summary>Notes that there was nothing new, and nothing wrong.</summary>
    /// <param name="reading">The reading.</param>
    public void AddNothing(PartitionReading reading)
    {
        lock (_gate)
        {
            reading.Failures = 0;
            reading.RetryAt = 0;
        }
    }

    /// <summary>Makes a reading fail, once everything before is read.</summary>
    /// <param name="reading">The reading.</param>
    /// <param name="failure">What the reader throws.</param>
    public void Fail(PartitionReading reading, Exception failure)
    {
        lock (_gate)
        {
            if (reading.IsStale)
                return;
            reading.Failure = failure;
            PutInLine(reading, isFirst: false);
        }
    }

    /// <summary>Lets go of everything. A reader that has a run at hand lets go of that itself.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            RetireAll();
        }
    }

    private bool Wants(PartitionReading reading) =>
        !reading.IsPaused && !reading.IsInFlight && reading.Failure is null && !reading.IsFetched
        && reading.Buffered < _options.MaxPartitionFetchBytes && _buffered < _options.FetchAheadBytes;

    private void Add(PartitionReading reading)
    {
        _readings[reading.Partition] = reading;
        _order.Add(reading);
    }

    private void PutInLine(PartitionReading reading, bool isFirst)
    {
        if (reading.IsInLine || reading.IsPaused || ReferenceEquals(reading, _active) || !reading.HasNews)
            return;
        reading.IsInLine = true;
        if (isFirst)
            _line.AddFirst(reading);
        else
            _line.AddLast(reading);
    }

    // What is held keeps nobody from reading.
    private void MakeRoom()
    {
        foreach (PartitionReading reading in _readings.Values.ToList())
        {
            if (reading.IsPaused && reading.Buffered > 0 && !ReferenceEquals(reading, _active))
                Restart(reading);
        }
    }

    private void Retire(PartitionReading reading)
    {
        reading.IsStale = true;
        _readings.Remove(reading.Partition);
        _order.Remove(reading);
        if (reading.IsInLine)
            _line.Remove(reading);
        reading.IsInLine = false;
        while (reading.Runs.TryDequeue(out FetchedRun? run))
        {
            Release(reading, run.Length);
            run.Dispose();
        }

        // What the reader has at hand, it gives back itself.
        if (ReferenceEquals(reading, _active) || reading.Current is not { } current)
            return;
        reading.Current = null;
        Release(reading, current.Length);
        current.Dispose();
    }

    /// <summary>Lets go of what a paused partition has fetched, so that it takes no room from those that are
    /// read.</summary>
    private void Restart(PartitionReading reading)
    {
        Retire(reading);
        Add(reading.From(reading.Position, isPaused: true));
    }

    private void RetireAll()
    {
        foreach (PartitionReading reading in _readings.Values.ToList())
            Retire(reading);
    }

    private void Release(PartitionReading reading, int bytes)
    {
        reading.Buffered -= bytes;
        _buffered -= bytes;
    }
}
