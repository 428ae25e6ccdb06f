using StreamLog.Protocol.Records;

namespace StreamLog.Storage.Compaction;

/// <summary>Walks the batches of one sealed segment, and believes none that does not follow the last.</summary>
/// <remarks>The caller has retained the segment. For one thread at a time.</remarks>
internal sealed class SealedSource : IDisposable
{
    private readonly Segment _segment;
    private readonly LeaderEpochs _epochs;
    private readonly BatchWalker _walker;
    private long _expected;

    /// <summary>Creates a walk.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="position">The byte at which a batch begins.</param>
    /// <param name="epochs">The epochs of the log.</param>
    public SealedSource(Segment segment, int position, LeaderEpochs epochs)
    {
        _segment = segment;
        _epochs = epochs;
        _expected = position == 0 ? segment.BaseOffset : -1;
        _walker = new BatchWalker(segment.File, position, segment.SizeInBytes, readBodies: true);
    }

    /// <summary>Gets the batch.</summary>
    public ReadOnlySpan<byte> Batch => _walker.Batch;

    /// <summary>Steps to the next batch.</summary>
    /// <exception cref="StreamLogException">The file is corrupt there.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool MoveNext()
    {
        if (!_walker.MoveNext())
        {
            string? fault = _walker.Fault;
            if (fault is null && _expected >= 0 && _expected != _segment.NextOffset)
                fault = $"it ends at offset {_expected}, and the next segment begins at {_segment.NextOffset}";
            return fault is null ? false : throw Corrupt(fault);
        }

        RecordBatchHeader header = _walker.Header;
        if (_expected >= 0 && header.BaseOffset != _expected)
            throw Corrupt($"a batch claims offset {header.BaseOffset} where {_expected} must follow");
        int epoch = _epochs.EpochAt(header.LastOffset);
        if (epoch >= 0 && epoch != header.PartitionLeaderEpoch)
        {
            throw Corrupt(
                $"a batch claims leader epoch {header.PartitionLeaderEpoch} where {LogFileNames.LeaderEpochs} says " +
                $"{epoch}");
        }

        _expected = header.NextOffset;
        return true;
    }

    /// <summary>Words a fault of the batch.</summary>
    public StreamLogException Corrupt(string fault) =>
        SegmentCorruption.At(_segment, _walker.Position, _expected, fault);

    public void Dispose() => _walker.Dispose();
}
