namespace StreamLog.Cli.Records;

/// <summary>Ends the reading of a topic where it ended when the reading began.</summary>
/// <remarks>
/// A transaction's marker is no record, and what was compacted is none either, so that nothing may come after the last
/// record: whether the end is reached is looked at from time to time. Owned by who reads, who disposes it before the
/// consumer.
/// </remarks>
internal sealed class EndWatch : IAsyncDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly IReadOnlyDictionary<TopicPartition, long> _ends;
    private readonly CancellationTokenSource _atEnd;
    private readonly ITimer _look;

    /// <summary>Begins to watch.</summary>
    /// <param name="consumer">Who reads. Its partitions are assigned.</param>
    /// <param name="ends">Where each of them ends.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">What ends the reading too.</param>
    public EndWatch(
        IConsumer<byte[], byte[]> consumer,
        IReadOnlyDictionary<TopicPartition, long> ends,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        _consumer = consumer;
        _ends = ends;
        _atEnd = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Look();
        _look = time.CreateTimer(_ => Look(), null, LookInterval, LookInterval);
    }

    /// <summary>Gets what is cancelled at the end.</summary>
    public CancellationToken Token => _atEnd.Token;

    /// <summary>Tells whether an offset lies before the end.</summary>
    public bool IsBeforeEnd(LogPosition position) => position.Offset < _ends[position.TopicPartition];

    public async ValueTask DisposeAsync()
    {
        await _look.DisposeAsync().ConfigureAwait(false);
        _atEnd.Dispose();
    }

    private void Look()
    {
        if (_consumer.Assignment.All(partition => _consumer.Position(partition) >= _ends[partition]))
            _atEnd.Cancel();
    }
}
