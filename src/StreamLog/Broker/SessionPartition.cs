using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>One partition of a fetch session: what is asked for, and what its client knows of it. Guarded by its
/// <see cref="FetchSession"/>.</summary>
internal sealed class SessionPartition
{
    // What no partition has: the client has been told nothing, or of an error.
    private const long NotTold = -1;

    private long _highWatermark = NotTold;
    private long _logStartOffset = NotTold;

    /// <summary>Gets or sets what is asked for. The object belongs to the session and is never changed.</summary>
    public required FetchRequest.FetchPartition Asked { get; set; }

    /// <summary>Tells whether an answer has something to say that the client does not know, and notes that it knows it
    /// from now on.</summary>
    /// <param name="answer">The answer.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool TryTell(FetchResponse.PartitionData answer)
    {
        bool isNew = answer.Records is { Length: > 0 }
            || answer.ErrorCode != ErrorCode.None
            || answer.HighWatermark != _highWatermark
            || answer.LogStartOffset != _logStartOffset
            || answer.PreferredReadReplica >= 0
            || answer.DivergingEpoch is not null;

        // Once an error has passed the client is told again.
        _highWatermark = answer.ErrorCode == ErrorCode.None ? answer.HighWatermark : NotTold;
        _logStartOffset = answer.LogStartOffset;
        return isNew;
    }
}
