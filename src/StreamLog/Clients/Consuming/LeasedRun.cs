using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Consuming;

/// <summary>A run of fetched batches in the hands of the application.</summary>
internal sealed class LeasedRun : RecordLease
{
    private readonly long _end;
    private FetchedRun? _run;
    private long _from;
    private RecordHeaders? _lastHeaders;
    private bool _isLastRead;

    /// <summary>Hands out a run.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="run">The run, which the lease owns from here on.</param>
    /// <param name="from">Records before this offset are passed over.</param>
    /// <param name="nextOffset">The offset behind the run.</param>
    /// <param name="end">Records from this offset on are left out.</param>
    public LeasedRun(TopicPartition partition, FetchedRun run, long from, long nextOffset, long end)
    {
        TopicPartition = partition;
        NextOffset = nextOffset;
        _run = run;
        _from = from;
        _end = end;
    }

    /// <inheritdoc/>
    public override TopicPartition TopicPartition { get; }

    /// <inheritdoc/>
    public override long NextOffset { get; }

    /// <inheritdoc/>
    public override bool TryRead(out RawRecord record)
    {
        _isLastRead = false;
        _lastHeaders = null;
        if (!Run().TryReadNext(_from, out RecordView view) || view.Offset >= _end)
        {
            record = default;
            return false;
        }

        _from = view.Offset + 1;
        _isLastRead = true;
        _lastHeaders = view.HeaderCount == 0 ? RecordHeaders.Empty : null;
        record = new RawRecord
        {
            Offset = view.Offset,
            TimestampMs = view.Timestamp,
            HasKey = view.HasKey,
            Key = view.Key,
            HasValue = view.HasValue,
            Value = view.Value,
            HeaderCount = view.HeaderCount,
        };
        return true;
    }

    /// <inheritdoc/>
    public override RecordHeaders ReadHeaders()
    {
        FetchedRun run = Run();
        if (!_isLastRead)
            throw new InvalidOperationException("No record has been read. Call TryRead first.");
        return _lastHeaders ??= RecordDecoding.Headers(run.Last.Headers);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _run?.Dispose();
        _run = null;
    }

    private FetchedRun Run() => _run ?? throw new ObjectDisposedException(
        nameof(RecordLease), "The lease was disposed, and its bytes are gone. Copy what must outlive it.");
}
