namespace StreamLog.Clients.Producing;

/// <summary>One topic as a producer sees it: its partitions' queues, and the line of records that cannot be admitted
/// yet.</summary>
/// <remarks>
/// Thread-safe. It exists from the first record on, whether the topic does or not. A record joins the line whenever the
/// line is not empty, so that records of one thread keep their order.
/// </remarks>
internal sealed class ProducerTopic
{
    private readonly ProducerEngine _engine;
    private readonly Lock _gate = new();

    // Replaced as a whole and never shrunk, so that it can be read without the gate.
    private PartitionQueue[] _queues = [];
    private TopicMetadata? _known;
    private int _sticky;
    private int _waitingCount;
    private int _isRefreshing;
    private long _refreshedAt;

    // Below here: guarded by _gate.
    private readonly Queue<PendingRecord> _waiting = new();
    private bool _isAdmitting;
    private StreamLogException? _lastFailure;

    /// <summary>Creates a topic of which nothing is known.</summary>
    /// <param name="engine">The producer.</param>
    /// <param name="name">The topic's name.</param>
    public ProducerTopic(ProducerEngine engine, string name)
    {
        _engine = engine;
        Name = name;
    }

    /// <summary>Gets the producer.</summary>
    public ProducerEngine Engine => _engine;

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the id; empty where it is not known.</summary>
    public Guid TopicId => Volatile.Read(ref _known)?.TopicId ?? Guid.Empty;

    /// <summary>Gets the number of partitions, or zero while the topic is not known.</summary>
    public int PartitionCount => Volatile.Read(ref _known)?.PartitionCount ?? 0;

    /// <summary>Gets the partitions' queues; none while the topic is not known.</summary>
    public PartitionQueue[] Queues => Volatile.Read(ref _queues);

    /// <summary>Gets whether a record can be appended now: the topic is known, there is room, and nobody stands in
    /// line.</summary>
    public bool IsOpen =>
        Volatile.Read(ref _known) is not null && Volatile.Read(ref _waitingCount) == 0 && _engine.Space.IsOpen;

    /// <summary>Gets whether somebody stands in line.</summary>
    public bool HasLine => Volatile.Read(ref _waitingCount) > 0;

    /// <summary>Returns the partition where records without a key go now.</summary>
    /// <param name="partitionCount">The number of partitions.</param>
    /// <returns>The partition.</returns>
    public int StickyPartition(int partitionCount) => Volatile.Read(ref _sticky) % partitionCount;

    /// <summary>Lets records without a key go to another partition, if they go to this one.</summary>
    /// <param name="partition">The partition that has had its share.</param>
    public void EndRun(int partition)
    {
        int count = PartitionCount;
        if (count > 1 && Volatile.Read(ref _sticky) % count == partition)
            Volatile.Write(ref _sticky, (partition + 1 + _engine.Session.Environment.NextRandom(count - 1)) % count);
    }

    /// <summary>Puts a record in line.</summary>
    /// <param name="record">The record.</param>
    public void Wait(PendingRecord record)
    {
        lock (_gate)
        {
            _waiting.Enqueue(record);
            Volatile.Write(ref _waitingCount, _waiting.Count);
            if (_isAdmitting)
                return;
            _isAdmitting = true;
        }

        _ = AdmitAsync();
    }

    /// <summary>Stands in line without a record.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when those before are admitted or refused.</returns>
    /// <exception cref="StreamLogException">The line did not move for too long.</exception>
    public async ValueTask WaitForTurnAsync(CancellationToken cancellationToken)
    {
        AppendCompletion completion = AppendCompletion.Rent();
        completion.CancelOn(cancellationToken);
        ValueTask admitted = completion.AsAdmissionTask();
        Wait(new LineMarker(this, completion));
        await admitted.ConfigureAwait(false);
    }

    /// <summary>Returns why a record waited in vain.</summary>
    /// <returns>The exception.</returns>
    public StreamLogException DescribeWait()
    {
        TimeSpan limit = _engine.Options.MaxBlock;
        if (PartitionCount == 0)
        {
            StreamLogException? failure;
            lock (_gate)
                failure = _lastFailure;
            return new StreamLogException(
                ErrorCode.RequestTimedOut,
                $"Topic '{Name}' was not there within {limit} (MaxBlock), so nothing was appended. {failure?.Message}",
                failure);
        }

        return new StreamLogException(
            ErrorCode.RequestTimedOut,
            $"There was no room for the record within {limit} (MaxBlock), so nothing was appended: "
            + $"{_engine.Space.Used} bytes wait. Append more slowly, or raise ProducerOptions.BufferBytes.");
    }

    /// <summary>Looks again at what the topic is, in the background.</summary>
    public void Refresh()
    {
        if (Interlocked.Exchange(ref _isRefreshing, 1) == 0)
            _ = RefreshAsync();
    }

    /// <summary>Looks again at what the topic is, if it has not been done for a while: partitions may have been
    /// added.</summary>
    public void RefreshIfOld()
    {
        if (_engine.Time.GetElapsedTime(Volatile.Read(ref _refreshedAt)) >= ProducerEngine.MetadataAge)
            Refresh();
    }

    /// <summary>Looks again at what the topic is, if the broker answers at once.</summary>
    /// <returns>Whether it did, so that what is known holds now.</returns>
    public bool TryLook()
    {
        ValueTask looking = FindAsync(_engine.Disposing);
        if (looking.IsCompletedSuccessfully)
            return true;

        // Who stands in line hears of a failure, and so does whoever appends to a partition that is known.
        _ = looking.AsTask().ContinueWith(
            static task => _ = task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return false;
    }

    /// <summary>Looks at what the topic is, and waits for the answer.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the queues are up to date.</returns>
    /// <exception cref="StreamLogException">The topic is not there, or not yet.</exception>
    public async ValueTask FindAsync(CancellationToken cancellationToken)
    {
        TopicMetadata topic = await _engine.Session
            .FindTopicAsync(Name, mayCreate: true, _engine.Options.RequestTimeout, cancellationToken)
            .ConfigureAwait(false);
        lock (_gate)
        {
            PartitionQueue[] queues = _queues;
            if (queues.Length < topic.PartitionCount)
            {
                PartitionQueue[] more = new PartitionQueue[topic.PartitionCount];
                queues.CopyTo(more, 0);
                for (int i = queues.Length; i < more.Length; i++)
                    more[i] = new PartitionQueue(_engine, this, i);
                if (queues.Length == 0)
                    _sticky = _engine.Session.Environment.NextRandom(more.Length);
                Volatile.Write(ref _queues, more);
            }

            // After the queues: whoever sees the count finds a queue for each partition.
            Volatile.Write(ref _known, topic);
            Volatile.Write(ref _refreshedAt, _engine.Time.GetTimestamp());
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            await _engine.Session.RetryAsync(
                (_, token) => FindAsync(token), _engine.Options.RequestTimeout, _engine.Closed).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.ErrorCode is ErrorCode.UnknownTopicOrPartition)
        {
            // The topic is gone, and a retry would only wait for what does not come back.
            ProduceFailure failure = new(exception.ErrorCode, exception.Message, exception);
            foreach (PartitionQueue queue in Queues)
                queue.GiveUpWaiting(failure);
        }
        catch (Exception exception)
        {
            _engine.NoteNoMetadata(Name, exception);
        }
        finally
        {
            Volatile.Write(ref _refreshedAt, _engine.Time.GetTimestamp());
            Volatile.Write(ref _isRefreshing, 0);
        }
    }

    private async Task AdmitAsync()
    {
        long since = _engine.Time.GetTimestamp();
        for (int attempt = 1; TryPeek(out PendingRecord record);)
        {
            bool isKnown = PartitionCount > 0 && !record.LooksFirst;
            if (record.IsOver || (isKnown && _engine.Space.HasRoom) || _engine.IsDisposed)
            {
                // It leaves the line after it was appended, so that nobody overtakes it.
                record.Admit();
                Leave();
                continue;
            }

            try
            {
                if (isKnown)
                {
                    await _engine.Space.WaitAsync().ConfigureAwait(false);
                }
                else
                {
                    await FindAsync(_engine.Disposing).ConfigureAwait(false);
                    record.LooksFirst = false;
                    since = _engine.Time.GetTimestamp();
                }
            }
            catch (StreamLogException exception) when (MayPass(exception, since))
            {
                lock (_gate)
                    _lastFailure = exception;
                await Task.Delay(_engine.RetryPause.Before(attempt++), _engine.Time, _engine.Disposing)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception) when (!_engine.IsDisposed)
            {
                RefuseAll(exception);
            }
            catch (Exception)
            {
                // The next turn tells everybody that the producer was disposed.
            }
        }
    }

    private bool MayPass(StreamLogException exception, long since) =>
        exception.ErrorCode == ErrorCode.UnknownTopicOrPartition
            ? _engine.Session.IsPassing(exception, since)
            : exception.IsRetriable;

    /// <summary>Refuses all records in line. Only the one who admits does it, so that no record is decided
    /// twice.</summary>
    private void RefuseAll(Exception exception)
    {
        while (true)
        {
            PendingRecord? record;
            lock (_gate)
            {
                if (!_waiting.TryPeek(out record))
                    return;
            }

            record.Refuse(exception);
            Leave();
        }
    }

    private bool TryPeek(out PendingRecord record)
    {
        lock (_gate)
        {
            bool isThere = _waiting.TryPeek(out record!);
            _isAdmitting = isThere;
            return isThere;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _waiting.Dequeue();
            Volatile.Write(ref _waitingCount, _waiting.Count);
        }
    }
}
