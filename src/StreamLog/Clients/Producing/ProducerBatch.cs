using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using StreamLog.Protocol;
using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Producing;

/// <summary>One batch of a partition from its first record until it is acknowledged or given up. Reused by its
/// queue.</summary>
/// <remarks>
/// Not thread-safe. While it is open or waits, its queue's gate guards it; while it is sent, the thread that sends it,
/// and then whoever brings the answer, have it for themselves.
/// </remarks>
internal sealed class ProducerBatch : IDisposable
{
    private const int LargeRecordBytes = 512;

    // This part of a batch may be counted before it is there.
    private const int ReserveShare = 16;

    private readonly RecordBatchBuilder _builder;
    private readonly bool _isTransactional;
    private RecordBuffer? _records;
    private bool _isHandedOver;
    private AppendCompletion? _first;
    private AppendCompletion? _last;
    private TaskCompletionSource? _done;
    private long? _charge;
    private int _reserved;
    private long _producerId = -1;
    private short _epoch = -1;
    private int _count;
    private long _requestDeadline;
    private bool _isDisposed;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="sizeLimit">How large it may become.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="isTransactional">Whether it belongs to a transaction.</param>
    public ProducerBatch(int sizeLimit, CompressionType compression, bool isTransactional)
    {
        SizeLimit = sizeLimit;
        _isTransactional = isTransactional;
        _builder = new RecordBatchBuilder(sizeLimit, compression);
    }

    /// <summary>Gets how large the batch may become.</summary>
    public int SizeLimit { get; }

    /// <summary>Gets the number of records.</summary>
    public int Count => _count;

    /// <summary>Gets the number of bytes, its header included, before compression.</summary>
    public int Size { get; private set; }

    /// <summary>Gets how many bytes the producer's buffer counts for it.</summary>
    public long Charge => _charge ?? _reserved;

    /// <summary>Gets when the first record came, on the clock's timestamps.</summary>
    public long OpenedAt { get; private set; }

    /// <summary>Gets or sets whether the batch goes without lingering.</summary>
    public bool IsUrgent { get; set; }

    /// <summary>Gets whether some of the records are awaited by nobody, so that a flush has to tell of a
    /// failure.</summary>
    public bool HasUnawaited { get; private set; }

    /// <summary>Gets or sets the place among the partition's batches, from the first sending on.</summary>
    public long Ordinal { get; set; }

    /// <summary>Gets the sequence of the first record, or -1.</summary>
    public int BaseSequence { get; private set; } = -1;

    /// <summary>Gets or sets how often it was sent.</summary>
    public int Attempts { get; set; }

    /// <summary>Gets or sets when the request under way may be given up, on the clock's timestamps.</summary>
    /// <remarks>It is never while the bytes are being built, since whoever gives up keeps them.</remarks>
    public long RequestDeadline
    {
        get => Volatile.Read(ref _requestDeadline);
        set => Volatile.Write(ref _requestDeadline, value);
    }

    /// <summary>Gets or sets the request under way, or the one to use next.</summary>
    public ProduceCall? Call { get; set; }

    /// <summary>Gets or sets what the last attempt answered.</summary>
    public StreamLogException? LastFailure { get; set; }

    /// <summary>Gets or sets whether an attempt ended without an answer, so that the records may be in the
    /// log.</summary>
    public bool MayBeAppended { get; set; }

    /// <summary>Appends a record.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="clock">What tells records their time.</param>
    /// <param name="entry">The record.</param>
    /// <returns><see langword="false"/> if it does not fit in.</returns>
    public bool TryAppend(TimeProvider time, RecordClock clock, scoped in AppendEntry entry)
    {
        if (_count == 0)
            OpenedAt = time.GetTimestamp();
        long timestamp = entry.Timestamp is { } given ? given.ToUnixTimeMilliseconds() : clock.Read();
        bool isTaken = _builder.TryAppend(
            timestamp, entry.Key, entry.HasKey, entry.Value, entry.HasValue, entry.Headers);
        if (isTaken)
        {
            _count++;
            Size = _builder.SizeInBytes;
        }

        return isTaken;
    }

    /// <summary>Hashes the records of a full batch, if they are large. To be called by the thread that has filled it:
    /// it has little to do for each of them, and they still lie in its cache. Small ones are hashed by who sends
    /// them.</summary>
    public void HashIfLarge()
    {
        if (Size / Math.Max(1, _count) >= LargeRecordBytes)
            _builder.HashRecords();
    }

    /// <summary>Counts the bytes of the batch, and a few of those to come, so that not every record needs it.</summary>
    /// <param name="space">Where they count.</param>
    public void Reserve(BufferSpace space)
    {
        if (Size <= _reserved)
            return;
        int more = Size - _reserved + (Size / ReserveShare);
        _reserved += more;
        space.Take(more);
    }

    /// <summary>Notes who waits for the record appended last.</summary>
    /// <param name="completion">Who waits, or <see langword="null"/> for nobody.</param>
    public void Attach(AppendCompletion? completion)
    {
        if (completion is null)
        {
            HasUnawaited = true;
            return;
        }

        completion.Index = _count - 1;
        Adopt(completion, firstIndex: 0);
    }

    /// <summary>Gives the batch its number within what the producer sends to the partition.</summary>
    /// <param name="producerId">The producer's id.</param>
    /// <param name="epoch">Its epoch.</param>
    /// <param name="baseSequence">The sequence of the first record.</param>
    public void SetProducer(long producerId, short epoch, int baseSequence)
    {
        BaseSequence = baseSequence;
        _producerId = producerId;
        _epoch = epoch;
        if (_records is null)
        {
            _builder.SetProducer(producerId, epoch, baseSequence, _isTransactional);
            return;
        }

        // The bytes may still be read by a request that was given up, so they are copied and not changed.
        CopyRecords();
        Span<byte> bytes = _records.WritableMemory.Span;
        BinaryPrimitives.WriteInt64BigEndian(bytes[RecordBatchHeader.ProducerIdAt..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(bytes[RecordBatchHeader.ProducerEpochAt..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(bytes[RecordBatchHeader.BaseSequenceAt..], baseSequence);
        RecordBatchHeader.StampCrc(bytes);
    }

    /// <summary>Returns the bytes, which are built the first time.</summary>
    /// <returns>The bytes. The batch keeps its reference.</returns>
    public RecordBuffer TakeRecords() => _records ??= _builder.Build();

    /// <summary>Returns the bytes for one attempt: the log may keep them, so the next one gets a copy.</summary>
    /// <returns>The bytes, handed over. The batch keeps its reference.</returns>
    public RecordBuffer HandOverRecords()
    {
        if (_isHandedOver)
            CopyRecords();
        RecordBuffer records = TakeRecords();
        records.HandOver();
        _isHandedOver = true;
        return records;
    }

    /// <summary>Returns a task that completes when the batch is acknowledged or given up.</summary>
    /// <returns>The task, which does not fail.</returns>
    public Task WhenDone() =>
        (_done ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Tells everybody where their records stand.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="baseOffset">The first record's offset, or -1 where it is not known.</param>
    public void Complete(TopicPartition partition, long baseOffset)
    {
        for (AppendCompletion? completion = _first; completion is not null;)
        {
            // Once complete, it may be somebody else's.
            AppendCompletion? next = completion.Next;
            long offset = baseOffset < 0 ? -1 : baseOffset + completion.Index;
            completion.Complete(new LogPosition(partition.Topic, partition.Partition, offset));
            completion = next;
        }

        _done?.SetResult();
    }

    /// <summary>Tells everybody that their records were given up.</summary>
    /// <param name="failure">Why, and where it was but some of the records, which.</param>
    public void Fail(ProduceFailure failure)
    {
        for (AppendCompletion? completion = _first; completion is not null;)
        {
            AppendCompletion? next = completion.Next;
            completion.Fail(failure.ForRecord(completion.Index));
            completion = next;
        }

        _done?.SetResult();
    }

    /// <summary>Moves the records, and those who wait for them, into two batches that take this one's place.</summary>
    /// <param name="first">Takes the first half. It is empty.</param>
    /// <param name="second">Takes the rest. It is empty.</param>
    public void SplitInto(ProducerBatch first, ProducerBatch second)
    {
        int half = _count / 2;
        using (RecordReader reader = new(TakeRecords().Span))
        {
            for (int i = 0; reader.MoveNext(); i++)
                (i < half ? first : second).Copy(reader.Current);
        }

        AppendCompletion? completion = _first;
        while (completion is not null)
        {
            AppendCompletion? next = completion.Next;
            (completion.Index < half ? first : second).Adopt(completion, completion.Index < half ? 0 : half);
            completion = next;
        }

        first.TakePlace(this, 0, Charge / 2);
        second.TakePlace(this, half, Charge - (Charge / 2));
        if (_done is not null)
            _ = FollowAsync(_done, first.WhenDone(), second.WhenDone());
        _first = null;
        _last = null;
        _done = null;
    }

    /// <summary>Makes the batch empty again, for the next records.</summary>
    public void Reset()
    {
        _records?.Dispose();
        _records = null;
        _isHandedOver = false;
        _builder.Reset();
        _first = null;
        _last = null;
        _done = null;
        _count = 0;
        Size = 0;
        IsUrgent = false;
        HasUnawaited = false;
        _charge = null;
        _reserved = 0;
        BaseSequence = -1;
        Attempts = 0;
        LastFailure = null;
        MayBeAppended = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        Reset();
        Call?.Dispose();
        _builder.Dispose();
    }

    private static async Task FollowAsync(TaskCompletionSource done, Task first, Task second)
    {
        await first.ConfigureAwait(false);
        await second.ConfigureAwait(false);
        done.SetResult();
    }

    /// <summary>Puts a copy in the place of the bytes, without what a log may have written into the header or may just
    /// be writing.</summary>
    [MemberNotNull(nameof(_records))]
    private void CopyRecords()
    {
        RecordBuffer sent = _records ?? throw new InvalidOperationException("There are no bytes to copy yet.");
        _records = RecordBuffer.CopyOf(sent.Span);
        RecordBatchHeader.Stamp(_records.WritableMemory.Span, baseOffset: 0, leaderEpoch: -1);
        _isHandedOver = false;
        sent.Dispose();
    }

    private void Copy(scoped in RecordView record)
    {
        RecordHeaders? headers = record.HeaderCount == 0 ? null : Consuming.RecordDecoding.Headers(record.Headers);
        _builder.TryAppend(record.Timestamp, record.Key, record.HasKey, record.Value, record.HasValue, headers);
        _count++;
        Size = _builder.SizeInBytes;
    }

    private void Adopt(AppendCompletion completion, int firstIndex)
    {
        completion.Index -= firstIndex;
        completion.Next = null;
        if (_last is null)
            _first = completion;
        else
            _last.Next = completion;
        _last = completion;
    }

    private void TakePlace(ProducerBatch whole, int firstIndex, long charge)
    {
        OpenedAt = whole.OpenedAt;
        Attempts = whole.Attempts;
        LastFailure = whole.LastFailure;
        HasUnawaited = whole.HasUnawaited;
        Ordinal = whole.Ordinal + firstIndex;
        _charge = charge;
        if (whole.BaseSequence >= 0)
        {
            SetProducer(
                whole._producerId, whole._epoch, RecordBatchHeader.AdvanceSequence(whole.BaseSequence, firstIndex));
        }
    }
}
