namespace StreamLog.Clients.Producing;

/// <summary>The batches of one partition that have not been sent: the open one, and those that are full.</summary>
/// <remarks>Not thread-safe: its queue's gate guards it.</remarks>
internal sealed class BatchIntake : IDisposable
{
    private readonly ProducerEngine _engine;
    private readonly RecordClock _clock;
    private readonly Queue<ProducerBatch> _full = new();
    private readonly Stack<ProducerBatch> _spare = new();
    private long _runBytes;
    private int _sizeLimit;

    /// <summary>Creates an empty intake.</summary>
    /// <param name="engine">The producer.</param>
    public BatchIntake(ProducerEngine engine)
    {
        _engine = engine;
        _clock = new RecordClock(engine.Time);
        _sizeLimit = engine.BatchBytes;
    }

    /// <summary>Gets the batch that takes records, if there is one. It may be empty.</summary>
    public ProducerBatch? Open { get; private set; }

    /// <summary>Gets whether there is a batch that takes no more records.</summary>
    public bool HasFull => _full.Count > 0;

    /// <summary>Gets the batch that has waited longest, if there is one.</summary>
    public ProducerBatch? Oldest =>
        _full.TryPeek(out ProducerBatch? full) ? full : Open is { Count: > 0 } ? Open : null;

    /// <summary>Gets the batches that have records, in order.</summary>
    public IEnumerable<ProducerBatch> All => Open is { Count: > 0 } ? _full.Append(Open) : _full;

    /// <summary>Writes a record into the open batch, or into a new one where that is full.</summary>
    /// <param name="entry">The record.</param>
    /// <param name="isFull">Whether a batch became full.</param>
    /// <returns>The batch that has the record.</returns>
    /// <exception cref="StreamLogException">The record is too large.</exception>
    public ProducerBatch Append(scoped in AppendEntry entry, out bool isFull)
    {
        isFull = false;
        ProducerBatch batch = Open ??= TakeSpare();
        int before = batch.Size;
        if (!batch.TryAppend(_engine.Time, _clock, entry))
        {
            batch.HashIfLarge();
            _full.Enqueue(batch);
            isFull = true;
            Open = batch = TakeSpare();
            before = 0;
            batch.TryAppend(_engine.Time, _clock, entry);
        }

        if (batch.Count == 1 && batch.Size > _engine.Options.MaxRequestBytes)
            Refuse(batch);
        batch.Reserve(_engine.Space);
        _runBytes += batch.Size - before;
        return batch;
    }

    /// <summary>Takes the batch that goes next.</summary>
    /// <returns>The batch, or <see langword="null"/> if there is none with records.</returns>
    public ProducerBatch? TryTake()
    {
        if (_full.TryDequeue(out ProducerBatch? full))
            return full;
        if (Open is not { Count: > 0 } open)
            return null;
        Open = null;
        return open;
    }

    /// <summary>Takes all batches that have records.</summary>
    /// <returns>The batches, in order.</returns>
    public List<ProducerBatch> TakeAll()
    {
        List<ProducerBatch> taken = [];
        while (TryTake() is { } batch)
            taken.Add(batch);
        return taken;
    }

    /// <summary>Tells whether records without keys have been here for long enough, and begins to count anew if
    /// so.</summary>
    /// <param name="isAwaited">Whether somebody waits for the batch just closed, which is then as good as a full
    /// one.</param>
    /// <returns>Whether they are to go elsewhere.</returns>
    public bool TryEndRun(bool isAwaited)
    {
        if (!isAwaited && _runBytes < _engine.BatchBytes)
            return false;
        _runBytes = 0;
        return true;
    }

    /// <summary>Makes batches smaller from now on, since the topic refuses larger ones.</summary>
    /// <param name="sizeLimit">How large they may become.</param>
    public void LowerLimit(int sizeLimit)
    {
        if (sizeLimit >= _sizeLimit)
            return;
        _sizeLimit = Math.Max(1, sizeLimit);
        while (_spare.TryPop(out ProducerBatch? batch))
            batch.Dispose();
    }

    /// <summary>Creates an empty batch.</summary>
    /// <param name="sizeLimit">How large it may become.</param>
    /// <returns>The batch.</returns>
    public ProducerBatch Create(int sizeLimit) =>
        new(sizeLimit, _engine.Options.Compression, _engine.Transaction is not null);

    /// <summary>Keeps an empty batch for later.</summary>
    /// <param name="batch">The batch.</param>
    public void Reuse(ProducerBatch batch)
    {
        if (_spare.Count <= _engine.Options.MaxInFlight && batch.SizeLimit == _sizeLimit)
            _spare.Push(batch);
        else
            batch.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Open?.Dispose();
        Open = null;
        while (_spare.TryPop(out ProducerBatch? batch))
            batch.Dispose();
    }

    private ProducerBatch TakeSpare() => _spare.TryPop(out ProducerBatch? spare)
        ? spare
        : Create(_sizeLimit);

    private void Refuse(ProducerBatch batch)
    {
        int size = batch.Size;
        batch.Reset();
        throw new StreamLogException(
            ErrorCode.MessageTooLarge,
            $"A record of {size} bytes, with what its batch adds, is larger than the "
            + $"{_engine.Options.MaxRequestBytes} bytes that "
            + $"ProducerOptions.{nameof(ProducerOptions.MaxRequestBytes)} allows. Raise it, and the topic's "
            + "max.message.bytes where that is lower.");
    }
}
