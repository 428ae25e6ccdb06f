using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;
using StreamLog.Storage;

namespace StreamLog.Broker.Handlers;

/// <summary>Finds offsets: the first, the next, or by time.</summary>
internal sealed class ListOffsetsHandler(BrokerParts parts) : ApiHandler<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;
    private const sbyte ReadCommitted = 1;
    private const short FirstWithOffsetNotAvailable = 5;

    /// <inheritdoc/>
    protected override ValueTask<ListOffsetsResponse> HandleAsync(
        ListOffsetsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        ListOffsetsResponse response = new();
        TopicTable topics = parts.Partitions.Current;
        foreach (ListOffsetsRequest.ListOffsetsTopic asked in request.Topics)
        {
            LocalTopic? topic = topics.Find(asked.Name);
            ListOffsetsResponse.ListOffsetsTopicResponse answers = new() { Name = asked.Name };
            response.Topics.Add(answers);
            foreach (ListOffsetsRequest.ListOffsetsPartition partition in asked.Partitions)
            {
                bool isDuplicate = asked.Partitions.FindIndex(other => other.PartitionIndex == partition.PartitionIndex)
                    != asked.Partitions.LastIndexOf(partition);
                answers.Partitions.Add(
                    isDuplicate ? Refuse(partition, ErrorCode.InvalidRequest)
                    : request.Version < FirstVersionOf(partition.Timestamp)
                        ? Refuse(partition, ErrorCode.UnsupportedVersion)
                    : ForVersion(request.Version, Answer(partition, topic, request.IsolationLevel)));
            }
        }

        return new ValueTask<ListOffsetsResponse>(response);
    }

    // What means an hour in the past is known by all, what means anything else since some version.
    private static short FirstVersionOf(long timestamp) => timestamp switch
    {
        >= 0 or Latest or Earliest => 0,
        MaxTimestamp => 7,
        EarliestLocal => 8,
        LatestTiered => 9,
        EarliestPendingUpload => 11,
        _ => short.MaxValue,
    };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse ForVersion(
        short version, ListOffsetsResponse.ListOffsetsPartitionResponse answer)
    {
        // Older clients would give up upon an error that they do not know.
        if (answer.ErrorCode == ErrorCode.OffsetNotAvailable && version < FirstWithOffsetNotAvailable)
            answer.ErrorCode = ErrorCode.LeaderNotAvailable;
        return answer;
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Refuse(
        ListOffsetsRequest.ListOffsetsPartition asked, ErrorCode error) =>
        new() { PartitionIndex = asked.PartitionIndex, ErrorCode = error };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Answer(
        ListOffsetsRequest.ListOffsetsPartition asked, LocalTopic? topic, sbyte isolation)
    {
        if (topic?.Find(asked.PartitionIndex) is not { } partition)
            return Refuse(asked, topic?.ErrorOfMissing(asked.PartitionIndex) ?? ErrorCode.UnknownTopicOrPartition);

        ErrorCode error = LeaderEpochCheck.Check(partition, asked.CurrentLeaderEpoch);
        if (error != ErrorCode.None)
            return Refuse(asked, error);

        try
        {
            return Find(
                asked, partition, isolation == ReadCommitted ? partition.LastStableOffset : partition.HighWatermark);
        }
        catch (StreamLogException exception)
        {
            return Refuse(asked, exception.ErrorCode);
        }
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Find(
        ListOffsetsRequest.ListOffsetsPartition asked, ReplicatedPartition partition, long end)
    {
        PartitionLog log = partition.Log;
        ListOffsetsResponse.ListOffsetsPartitionResponse answer = new() { PartitionIndex = asked.PartitionIndex };
        switch (asked.Timestamp)
        {
            case Latest when !partition.HasCommittedInEpoch:
                // The mark may still be behind that of the leader before, and an end once told never goes back.
                answer.ErrorCode = ErrorCode.OffsetNotAvailable;
                break;
            case Latest:
                answer.Offset = end;
                answer.LeaderEpoch = partition.LeaderEpoch;
                break;
            case Earliest or EarliestLocal:
                answer.Offset = log.LogStartOffset;
                answer.LeaderEpoch = EpochAt(log, log.LogStartOffset, end);
                break;
            case MaxTimestamp:
                Fill(answer, log.FindMaxTimestamp(), end);
                break;
            case LatestTiered or EarliestPendingUpload:
                // Nothing is kept elsewhere, which Kafka says by an offset of -1 and no error.
                break;
            default:
                Fill(answer, log.FindOffsetByTimestamp(asked.Timestamp), end);
                break;
        }

        return answer;
    }

    private static void Fill(
        ListOffsetsResponse.ListOffsetsPartitionResponse answer, OffsetAndTimestamp? found, long end)
    {
        // A record beyond the mark could still vanish, so it is not there for a consumer.
        if (found is not { } record || record.Offset >= end)
            return;

        answer.Offset = record.Offset;
        answer.Timestamp = record.TimestampMs;
        answer.LeaderEpoch = record.LeaderEpoch;
    }

    /// <summary>Returns the epoch of a record without reading it: the first that ends behind it.</summary>
    private static int EpochAt(PartitionLog log, long offset, long end)
    {
        int high = log.LatestEpoch;
        if (offset >= end)
            return high;

        int low = 0;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (log.EndOffsetForEpoch(middle).EndOffset > offset)
                high = middle;
            else
                low = middle + 1;
        }

        return log.EndOffsetForEpoch(low).Epoch;
    }
}
