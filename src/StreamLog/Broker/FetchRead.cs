using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Reads once what a fetch asks for, as far as it is there.</summary>
/// <remarks>Not thread-safe. A fetch that waits makes a new one each time it looks again.</remarks>
internal ref struct FetchRead
{
    private const sbyte ReadCommitted = 1;
    private const short FirstWithStorageError = 6;
    private const short FirstWithZstd = 10;

    private readonly FetchRequest _request;
    private readonly TopicTable _topics;
    private int _bytesLeft;
    private bool _mustReadOne = true;

    /// <summary>Begins a read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="topics">The topics there are.</param>
    /// <param name="maxBytes">How many bytes all partitions may give; more only for the first batch of all.</param>
    public FetchRead(FetchRequest request, TopicTable topics, int maxBytes)
    {
        _request = request;
        _topics = topics;
        _bytesLeft = maxBytes;
    }

    /// <summary>Gets how many bytes were read.</summary>
    public long Bytes { get; private set; }

    /// <summary>Gets whether something is to be told at once, such as an error.</summary>
    public bool IsUrgent { get; private set; }

    /// <summary>Reads.</summary>
    /// <param name="seen">Takes note of each partition that may be waited for; <see langword="null"/> where nobody will
    /// wait.
    /// </param>
    /// <returns>The response. The caller disposes it, or hands it on.</returns>
    public FetchResponse Read(List<SeenPartition>? seen)
    {
        FetchResponse response =
            new() { Responses = new List<FetchResponse.FetchableTopicResponse>(_request.Topics.Count) };
        foreach (FetchRequest.FetchTopic fetchTopic in _request.Topics)
        {
            LocalTopic? topic = _topics.Find(fetchTopic.Topic, fetchTopic.TopicId, out ErrorCode error);
            FetchResponse.FetchableTopicResponse answers = new()
            {
                Topic = fetchTopic.Topic,
                TopicId = fetchTopic.TopicId,
                Partitions = new List<FetchResponse.PartitionData>(fetchTopic.Partitions.Count),
            };
            response.Responses.Add(answers);
            foreach (FetchRequest.FetchPartition fetch in fetchTopic.Partitions)
            {
                answers.Partitions.Add(
                    topic?.Find(fetch.Partition) is not { } partition
                        ? Refuse(fetch, topic?.ErrorOfMissing(fetch.Partition) ?? error)
                    : topic.Settings.Log.Compression == CompressionType.Zstd && _request.Version < FirstWithZstd
                        ? Refuse(fetch, ErrorCode.UnsupportedCompressionType, partition)
                    : Read(fetch, partition, seen));
            }
        }

        return response;
    }

    private FetchResponse.PartitionData Read(
        FetchRequest.FetchPartition fetch, ReplicatedPartition partition, List<SeenPartition>? seen)
    {
        ErrorCode error = LeaderEpochCheck.Check(partition, fetch.CurrentLeaderEpoch);
        if (error != ErrorCode.None)
            return Refuse(fetch, error, partition);

        try
        {
            return ReadLog(fetch, partition, seen);
        }
        catch (StreamLogException exception)
        {
            return Refuse(fetch, exception.ErrorCode, partition);
        }
    }

    private FetchResponse.PartitionData ReadLog(
        FetchRequest.FetchPartition fetch, ReplicatedPartition partition, List<SeenPartition>? seen)
    {
        PartitionLog log = partition.Log;
        long highWatermark = partition.HighWatermark;
        bool isCommittedOnly = _request.IsolationLevel == ReadCommitted;
        long limit = isCommittedOnly ? partition.LastStableOffset : highWatermark;
        if (FindDivergence(fetch, log) is { } diverging)
        {
            IsUrgent = true;
            return Answer(fetch, partition, highWatermark, RecordBuffer.Empty, diverging, aborted: null);
        }

        LogReadResult read = log.Read(
            fetch.FetchOffset, limit, Math.Min(fetch.PartitionMaxBytes, _bytesLeft), _mustReadOne);
        if (read.ErrorCode != ErrorCode.None)
        {
            read.Records.Dispose();
            return Refuse(fetch, read.ErrorCode, partition);
        }

        List<FetchResponse.AbortedTransaction>? aborted = null;
        if (isCommittedOnly)
        {
            try
            {
                aborted = FindAborted(log, fetch.FetchOffset, read.Records.Span);
            }
            catch
            {
                read.Records.Dispose();
                throw;
            }
        }

        int length = read.Records.Length;
        if (length > 0)
            _mustReadOne = false;
        _bytesLeft = Math.Max(0, _bytesLeft - length);
        Bytes += length;
        seen?.Add(new SeenPartition(partition, Math.Max(highWatermark, fetch.FetchOffset)));
        return Answer(fetch, partition, highWatermark, read.Records, diverging: null, aborted);
    }

    /// <summary>Lists the transactions that came to nothing and have records in what was read, in the order in which
    /// they began.</summary>
    private static List<FetchResponse.AbortedTransaction> FindAborted(
        PartitionLog log, long from, ReadOnlySpan<byte> batches)
    {
        if (batches.IsEmpty)
            return [];

        RecordBatchEnumerator walk = new(batches);
        long to = from;
        while (walk.MoveNext())
            to = walk.Header.NextOffset;
        return
        [
            .. log.AbortedTransactions(from, to)
                .OrderBy(aborted => aborted.FirstOffset)
                .Select(aborted => new FetchResponse.AbortedTransaction
                {
                    ProducerId = aborted.ProducerId,
                    FirstOffset = aborted.FirstOffset,
                }),
        ];
    }

    /// <summary>Tells a reader who has read what is no longer in the log where its own copy parts from it.</summary>
    private static FetchResponse.EpochEndOffset? FindDivergence(FetchRequest.FetchPartition fetch, PartitionLog log)
    {
        if (fetch.LastFetchedEpoch < 0)
            return null;

        (int epoch, long endOffset) = log.EndOffsetForEpoch(fetch.LastFetchedEpoch);
        if (epoch < 0 || endOffset < 0)
        {
            throw new StreamLogException(
                ErrorCode.OffsetOutOfRange, $"The log knows no epoch {fetch.LastFetchedEpoch} any more. Start over.");
        }

        return epoch < fetch.LastFetchedEpoch || endOffset < fetch.FetchOffset
            ? new FetchResponse.EpochEndOffset { Epoch = epoch, EndOffset = endOffset }
            : null;
    }

    private static FetchResponse.PartitionData Answer(
        FetchRequest.FetchPartition fetch,
        ReplicatedPartition partition,
        long highWatermark,
        RecordBuffer records,
        FetchResponse.EpochEndOffset? diverging,
        List<FetchResponse.AbortedTransaction>? aborted) => new()
        {
            PartitionIndex = fetch.Partition,
            HighWatermark = highWatermark,
            LastStableOffset = aborted is not null ? partition.LastStableOffset : partition.KnownLastStableOffset,
            LogStartOffset = partition.Log.LogStartOffset,
            AbortedTransactions = aborted,
            DivergingEpoch = diverging,
            Records = records,
        };

    private FetchResponse.PartitionData Refuse(
        FetchRequest.FetchPartition fetch, ErrorCode error, ReplicatedPartition? partition = null)
    {
        IsUrgent = true;

        // Older clients give up upon this error, and look for the leader again upon the other, as it should be.
        bool isKnown = error != ErrorCode.KafkaStorageError || _request.Version >= FirstWithStorageError;
        return new FetchResponse.PartitionData
        {
            PartitionIndex = fetch.Partition,
            ErrorCode = isKnown ? error : ErrorCode.NotLeaderOrFollower,
            HighWatermark = -1,
            AbortedTransactions = null,
            Records = RecordBuffer.Empty,
            CurrentLeader = error == ErrorCode.FencedLeaderEpoch
                ? new FetchResponse.LeaderIdAndEpoch { LeaderEpoch = partition!.LeaderEpoch }
                : null,
        };
    }
}
