using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker;

/// <summary>Looks once for records of a member's partitions that are available, and acquires them for it.</summary>
/// <remarks>Not thread-safe. A fetch that waits makes a new one each time it looks again.</remarks>
/// <param name="parts">The broker.</param>
/// <param name="call">What the member wants.</param>
internal sealed class ShareRead(BrokerParts parts, ShareFetchCall call)
{
    // What was available when the place was chosen may be gone when it is read. It is looked for again, and not for
    // ever: others are served meanwhile.
    private const int AttemptsMax = 100;

    private int _bytesLeft = call.MaxBytes;
    private int _recordsLeft = call.MaxRecords;

    /// <summary>Gets the partitions that may be waited for.</summary>
    public List<SeenPartition> Seen { get; } = [];

    /// <summary>Gets what is to be answered: partitions with acquired records, or with an error.</summary>
    public Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData> Answers { get; } = [];

    /// <summary>Looks.</summary>
    /// <param name="partitions">The partitions, those first that are first in turn.</param>
    /// <param name="topics">The topics there are.</param>
    public void Read(IReadOnlyList<TopicIdPartition> partitions, TopicTable topics)
    {
        foreach (TopicIdPartition asked in partitions)
        {
            if (_recordsLeft <= 0 || _bytesLeft <= 0)
                return;

            LocalTopic? topic = topics.Find(name: null, asked.TopicId, out ErrorCode error);
            ReplicatedPartition? partition = topic?.Find(asked.Partition);
            error = partition is null
                ? topic?.ErrorOfMissing(asked.Partition) ?? error
                : partition.Failure?.ErrorCode ?? ErrorCode.None;
            if (error == ErrorCode.None)
                error = TryRead(asked, partition!);
            if (error != ErrorCode.None)
            {
                Answers[asked] = new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = asked.Partition,
                    ErrorCode = error,
                    Records = RecordBuffer.Empty,
                };
            }
        }
    }

    private ErrorCode TryRead(TopicIdPartition asked, ReplicatedPartition partition)
    {
        try
        {
            return Read(asked, partition);
        }
        catch (StreamLogException exception)
        {
            return exception.ErrorCode;
        }
    }

    private ErrorCode Read(TopicIdPartition asked, ReplicatedPartition partition)
    {
        SharePartitionKey key = new(call.Group, asked.TopicId, asked.Partition);
        PartitionLog log = partition.Log;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            long highWatermark = partition.HighWatermark;
            long limit = call.ReadsCommitted ? partition.LastStableOffset : highWatermark;
            long from = parts.Shares.Use(
                key,
                (state, _) =>
                {
                    state.Follow(log.LogStartOffset, log.LogEndOffset);
                    return state.FindNext();
                },
                out ErrorCode error);
            if (error != ErrorCode.None)
                return error;
            if (from < 0 || from >= limit)
            {
                Seen.Add(new SeenPartition(partition, Math.Max(highWatermark, from)));
                return ErrorCode.None;
            }

            LogReadResult read = log.Read(from, limit, _bytesLeft, atLeastOneBatch: Answers.Count == 0);
            using RecordBuffer records = read.Records;
            if (read.ErrorCode != ErrorCode.None)
                return read.ErrorCode;
            if (records.Length == 0)
            {
                // There is no room for its next batch, or what follows was compacted away to the last record.
                if (Answers.Count > 0)
                    return ErrorCode.None;
                Acquire(key, new ReadOffsets(from, limit, []), out error);
            }
            else if (Acquire(key, Find(log, records, from, limit), out error) is { Count: > 0 } acquired)
            {
                Answer(asked, records, acquired);
                return ErrorCode.None;
            }

            if (error != ErrorCode.None)
                return error;
        }

        return ErrorCode.None;
    }

    private ReadOffsets Find(PartitionLog log, RecordBuffer records, long from, long limit) => ShareOffsets.Of(
        records.Span, from, call.ReadsCommitted ? log.AbortedTransactions(from, limit) : []);

    private IReadOnlyList<DeliveryRun>? Acquire(SharePartitionKey key, ReadOffsets read, out ErrorCode error) =>
        parts.Shares.Use(
            key,
            (state, now) =>
            {
                state.LockDurationMs = call.LockDurationMs;
                return state.Acquire(call.MemberId, read, _recordsLeft, now);
            },
            out error);

    private void Answer(TopicIdPartition asked, RecordBuffer records, IReadOnlyList<DeliveryRun> acquired)
    {
        RecordBuffer slice = ShareOffsets.Slice(records, acquired[0].First, acquired[^1].Last);
        _bytesLeft -= slice.Length;
        _recordsLeft -= (int)acquired.Sum(run => run.Count);
        Answers[asked] = new ShareFetchResponse.PartitionData
        {
            PartitionIndex = asked.Partition,
            Records = slice,
            AcquiredRecords = [.. acquired.Select(run => new ShareFetchResponse.AcquiredRecords
            {
                FirstOffset = run.First,
                LastOffset = run.Last,
                DeliveryCount = run.DeliveryCount,
            })],
        };
    }
}
