using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>The batches of one partition, from the open one to those under way, in order.</summary>
/// <remarks>
/// <para>Any thread appends. At most one thread at a time calls the broker, outside the gate, so that requests begin in
/// order: a caller whose record can go at once, or a thread of the pool.</para>
/// <para>A batch goes when nothing of its partition is under way; while something is, the open one grows until it is
/// full. After a failure nothing new goes: first everything under way is answered, then what failed is sent again, in
/// order and one by one. So no more than <see cref="ProducerOptions.MaxInFlight"/> batches are ever in doubt, which a
/// log can tell from new ones.</para>
/// </remarks>
internal sealed partial class PartitionQueue : IThreadPoolWorkItem, IDisposable
{
    private readonly ProducerEngine _engine;
    private readonly ProducerTopic _topic;
    private readonly TopicPartition _partition;
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    // Invariant: while _retries is not empty, nothing is taken from _intake, and _inFlight holds at most one of them.

    /// <summary>The batches that have not been sent yet.</summary>
    private readonly BatchIntake _intake;

    /// <summary>Are under way, in the order in which they were sent.</summary>
    private readonly List<ProducerBatch> _inFlight = [];

    /// <summary>Are to be sent again, in the order in which they were sent first.</summary>
    private readonly RetryLine _retries = new();

    private readonly SequenceTracker _sequences = new();
    private readonly QueueTimer _timer;

    private bool _isSending;
    private bool _isClosed;
    private QueueWait _waitsFor;
    private long _retryAt;

    /// <summary>Creates the queue of a partition.</summary>
    /// <param name="engine">The producer.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition's number.</param>
    public PartitionQueue(ProducerEngine engine, ProducerTopic topic, int partition)
    {
        _engine = engine;
        _topic = topic;
        _partition = new TopicPartition(topic.Name, partition);
        _intake = new BatchIntake(engine);
        _timer = new QueueTimer(engine.Time, OnTimer);
    }

    /// <summary>Gets the partition.</summary>
    public TopicPartition Partition => _partition;

    /// <summary>Gets whether no more may go: all but one until the log knows the producer and so can tell a gap, and
    /// later those that would make it forget the first one in doubt, however many behind that are answered.</summary>
    private bool IsWindowFull => _inFlight.Count > 0 && _sequences.CountSince(_inFlight[0])
        >= (!_engine.IsIdempotent || _sequences.IsEstablished ? _engine.Options.MaxInFlight : 1);

    /// <summary>Gets whether the numbers are to begin anew. Those of a transaction do so with the next one, which finds
    /// nothing under way.</summary>
    private bool MustRenew => _sequences.MustRenew && _engine.Transaction is null;

    /// <summary>Gets whether nothing new goes before what is under way is answered: something is to be sent again, or
    /// the numbers begin anew.</summary>
    private bool BeginsAnew => _retries.Count > 0 || MustRenew;

    /// <summary>Writes a record into the open batch, and sees to its sending.</summary>
    /// <param name="entry">The record.</param>
    /// <param name="completion">Who waits for it, or <see langword="null"/>.</param>
    /// <param name="urgency">Who sends.</param>
    /// <exception cref="ObjectDisposedException">The producer was disposed.</exception>
    /// <exception cref="StreamLogException">The record is too large.</exception>
    public void Append(scoped in AppendEntry entry, AppendCompletion? completion, Urgency urgency)
    {
        bool send;
        lock (_gate)
        {
            if (_isClosed)
                throw ProducerEngine.Disposed();
            _engine.Transaction?.Check(entry.Transaction);
            ProducerBatch open = _intake.Append(entry, out bool isFull);
            open.Attach(completion);
            if (isFull)
                EndRun();
            send = TryBeginSending(looksAtTime: false);
            if (!send && !_isSending && open.Count == 1)
                ArmTimer();
        }

        if (send && urgency == Urgency.Inline)
            SendLoop(isInline: true);
        else
            SendOnPool(send);
    }

    /// <summary>Makes everything that waits go at once.</summary>
    /// <param name="unresolved">Takes a task for each batch that is not acknowledged.</param>
    /// <param name="close">Whether the queue takes no more records.</param>
    public void Flush(List<Task> unresolved, bool close)
    {
        bool send;
        lock (_gate)
        {
            _isClosed |= close;
            if (_intake.Open is { Count: > 0 } open)
                open.IsUrgent = true;
            IEnumerable<ProducerBatch> all = _intake.All.Concat(_retries).Concat(_inFlight);
            unresolved.AddRange(all.Select(static batch => batch.WhenDone()));
            send = TryBeginSending();
        }

        SendOnPool(send);
    }

    /// <summary>Takes the producer's id, which this queue had asked for.</summary>
    /// <param name="producerId">The id.</param>
    /// <param name="epoch">Its epoch.</param>
    public void Identify(long producerId, short epoch)
    {
        bool send;
        lock (_gate)
        {
            _waitsFor = QueueWait.None;
            Adopt(producerId, epoch);
            send = TryBeginSending();
        }

        SendOnPool(send);
    }

    /// <summary>Goes on, since the partition has joined the transaction or that has failed.</summary>
    public void GoOn()
    {
        bool send;
        lock (_gate)
        {
            _waitsFor = QueueWait.None;
            send = TryBeginSending();
        }

        SendOnPool(send);
    }

    /// <summary>Gives up everything that is not under way: it can never succeed.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="isOfTransaction">Whether it is what the transaction has failed with. It does nothing then if that
    /// one is over, since what waits is the next one's.</param>
    public void GiveUpWaiting(ProduceFailure failure, bool isOfTransaction = false)
    {
        List<ProducerBatch> given;
        lock (_gate)
        {
            if (isOfTransaction && _engine.Transaction!.Failure != failure)
                return;
            _waitsFor = QueueWait.None;
            if (_retries.Count > 0)
                _sequences.GaveUp();
            given = [.. _retries.TakeOpenedUntil(long.MaxValue), .. _intake.TakeAll()];
            given.ForEach(batch => _engine.KeepFailure(batch, failure));
        }

        foreach (ProducerBatch batch in given)
            Finish(batch, failure);
    }

    /// <summary>Lets go of timers and buffers. Nothing waits or is under way any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer.Dispose();
            _intake.Dispose();
        }
    }

    /// <inheritdoc/>
    void IThreadPoolWorkItem.Execute() => SendLoop(isInline: false);

    /// <summary>Hears of the outcome of a request. Called by the broker's thread, or by the one that sends.</summary>
    /// <param name="batch">The batch, which nobody else touches.</param>
    /// <param name="response">The answer, or <see langword="null"/>.</param>
    /// <param name="exception">Why there is no answer.</param>
    public void OnAnswer(ProducerBatch batch, ProduceResponse? response, Exception? exception)
    {
        ProduceOutcome outcome = ProduceOutcome.Of(_partition, response, exception);
        if (_engine.Options.Acks == Acks.None)
            outcome = outcome.WithoutOffset();
        bool isOver;
        bool send;
        lock (_gate)
        {
            _inFlight.Remove(batch);
            isOver = !TryRetry(batch, outcome);
            send = TryBeginSending();
            if (!send && !_isSending)
                ArmTimer();
        }

        if (outcome.IsMetadataStale)
            _topic.Refresh();
        if (isOver)
            Finish(batch, outcome.Failure, outcome.BaseOffset);
        else
            _engine.NoteRetry(_partition, outcome);
        SendOnPool(send);
    }

    /// <summary>Lets records without keys go elsewhere, once a batch's worth of them has come here.</summary>
    private void EndRun(bool isAwaited = false)
    {
        if (_intake.TryEndRun(isAwaited))
            _topic.EndRun(_partition.Partition);
    }

    private void SendOnPool(bool isClaimed)
    {
        if (isClaimed)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Claims the right to call the broker, if there is something to send and nobody else is at it.</summary>
    private bool TryBeginSending(bool looksAtTime = true)
    {
        if (_isSending || !HasWork(looksAtTime))
            return false;
        _isSending = true;
        return true;
    }

    /// <summary>Tells whether a batch may be sent now. It looks at the clock only where time has something to
    /// say.</summary>
    private bool HasWork(bool looksAtTime)
    {
        if (_waitsFor != QueueWait.None || IsWindowFull || _engine.Transaction is { HasFailed: true })
            return false;
        if (BeginsAnew)
            return _inFlight.Count == 0 && (_retryAt == 0 || _engine.Time.GetTimestamp() >= _retryAt);
        if (_intake.HasFull)
            return true;
        if (_intake.Open is not { Count: > 0 } open)
            return false;
        if (open.IsUrgent)
            return true;
        if (_engine.Linger == 0)
            return _inFlight.Count == 0;
        return looksAtTime && _engine.Time.GetTimestamp() - open.OpenedAt >= _engine.Linger;
    }

    private void SendLoop(bool isInline)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            ProducerBatch? batch = null;
            bool goesOn;
            QueueWait waitsFor = QueueWait.None;
            lock (_gate)
            {
                Invariant.Holds(_isSending);
                goesOn = HasWork(looksAtTime: true);
                if (goesOn && (isFirst || !isInline))
                {
                    batch = TakeNext(isInline);
                    goesOn = batch is not null;
                    waitsFor = _waitsFor;
                }

                if (!goesOn)
                {
                    _isSending = false;
                    ArmTimer();
                }
            }

            if (waitsFor == QueueWait.Identity)
                _engine.Identity.Ask(this);
            else if (waitsFor == QueueWait.Transaction)
                _engine.Transaction!.Partitions.Ask(this);
            if (!goesOn)
                return;
            if (batch is null)
            {
                // What came meanwhile is other callers', and this one has its own to wait for.
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }

            _topic.RefreshIfOld();
            batch.Call!.Send(
                _engine.Session, batch, _topic.TopicId, _engine.Time.GetTimestamp() + _engine.RequestTimeout);
        }
    }

    private ProducerBatch? TakeNext(bool isInline)
    {
        RenewWhereNeeded();
        if (_engine.IsIdempotent && !_sequences.HasIdentity)
        {
            _waitsFor = QueueWait.Identity;
            return null;
        }

        if (_engine.Transaction is { } transaction && transaction.Partitions.Lacks(_partition))
        {
            transaction.NoteWork();
            _waitsFor = QueueWait.Transaction;
            return null;
        }

        ProducerBatch batch;
        if (_retries.Count > 0)
        {
            batch = _retries.TakeFirst();
        }
        else
        {
            if (_intake.TryTake() is not { } next)
                return null;

            batch = next;
            EndRun(isInline);
            _sequences.Number(batch);
        }

        _engine.Transaction?.NoteWork();
        batch.Attempts++;
        batch.RequestDeadline = long.MaxValue;
        batch.Call ??= new ProduceCall(
            this,
            _partition,
            _engine.Options,
            _engine.Transaction);
        batch.Call.Begin();
        _inFlight.Add(batch);
        return batch;
    }

    private void RenewWhereNeeded()
    {
        long known = _sequences.ProducerId;
        if (MustRenew && _sequences.Renew(_retries))
        {
            if (!_sequences.HasIdentity)
                _engine.Identity.Forget(known);
            _engine.NoteNewEpoch(_partition, _sequences);
        }

        if (_engine.Identity.TryGet(out long producerId, out short epoch))
            Adopt(producerId, epoch);
    }

    /// <summary>Takes an id where there is none: who asked twice is told twice, and numbers that are given stay; those
    /// of a transaction until the next one.</summary>
    private void Adopt(long producerId, short epoch)
    {
        bool isOver = _engine.Transaction is not null
            && (_sequences.ProducerId, _sequences.Epoch) != (producerId, epoch);
        if (_sequences.HasIdentity && !isOver)
            return;
        _sequences.Adopt(producerId, epoch);
        _sequences.StampAll(_retries);
    }

    /// <summary>Decides what becomes of a batch. True: it is to be sent again. False: it is over.</summary>
    private bool TryRetry(ProducerBatch batch, ProduceOutcome outcome)
    {
        if (outcome.Failure is null)
        {
            _sequences.Acknowledged(batch);
            _retryAt = 0;
            return false;
        }

        batch.LastFailure = outcome.Failure.ToException();
        if (_engine.Transaction is { HasFailed: true })
            return GiveUp(batch, outcome.Failure);
        if (outcome.IsTooLarge && batch.Count > 1 && !batch.MayBeAppended)
        {
            Split(batch);
            return true;
        }

        batch.MayBeAppended |= ErrorCodes.IsOutcomeUnknown(outcome.Failure.Code);
        bool isSequenceError = _engine.IsIdempotent && outcome.IsSequenceError;
        bool isOwnError = isSequenceError && SequenceTracker.IsEarliest(batch, _inFlight, _retries);
        bool isFinal = isOwnError
            ? _engine.Transaction is not null
            : !isSequenceError && !outcome.IsRetriable(_engine.Session.HasSeveralBrokers);
        if (isFinal)
            return GiveUp(batch, outcome.Failure);

        if (isOwnError)
        {
            if (outcome.IsFenced)
                _sequences.Fenced();
            else
                _sequences.LostState();
        }

        PutBack(batch);
        return true;
    }

    private bool GiveUp(ProducerBatch batch, ProduceFailure failure)
    {
        _sequences.GaveUp();
        _engine.KeepFailure(batch, failure);
        return false;
    }

    private void PutBack(ProducerBatch batch)
    {
        _retries.Put(batch);
        long pause = Durations.ToTimestamp(_engine.Time, _engine.RetryPause.Before(batch.Attempts));
        _retryAt = Math.Max(_retryAt, _engine.Time.GetTimestamp() + pause);
    }

    /// <summary>Makes two batches of one that the topic finds too large, and smaller ones from now on.</summary>
    private void Split(ProducerBatch batch)
    {
        _intake.LowerLimit(batch.Size / 2);
        ProducerBatch first = _intake.Create(batch.Size);
        ProducerBatch second = _intake.Create(batch.Size);
        batch.SplitInto(first, second);
        _retries.Put(first);
        _retries.Put(second);
        batch.Reset();
        _intake.Reuse(batch);
    }

    /// <summary>Tells those who wait, counts the bytes as gone, and keeps the batch for reuse. Called without the
    /// gate.</summary>
    private void Finish(ProducerBatch batch, ProduceFailure? failure, long baseOffset = -1)
    {
        long charge = batch.Charge;
        _engine.CountSent(_partition, batch, failure);
        if (failure is null)
        {
            batch.Complete(_partition, baseOffset);
        }
        else
        {
            _engine.NoteFailure(_partition, batch, failure);
            batch.Fail(failure);
        }

        batch.Reset();
        lock (_gate)
        {
            // A closed queue opens no batch any more.
            if (_isClosed)
                batch.Dispose();
            else
                _intake.Reuse(batch);
        }

        _engine.Space.Release(charge);
    }
}
