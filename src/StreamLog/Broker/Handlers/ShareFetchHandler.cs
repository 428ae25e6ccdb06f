using StreamLog.Groups.Assignors;
using StreamLog.Groups.Share;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Replication;

namespace StreamLog.Broker.Handlers;

/// <summary>Acquires records for members of share groups, and waits for some where the request says so.</summary>
/// <remarks>
/// A member gets no more records than it asks for, also where it would take whole batches: what is left of a batch goes
/// to the next. That is what both of Kafka's ways to count allow. What reaches it names all partitions that are read:
/// the sessions stand before it.
/// </remarks>
internal sealed class ShareFetchHandler(BrokerParts parts) : ApiHandler<ShareFetchRequest, ShareFetchResponse>
{
    // Kafka's fetch.max.bytes: one response holds no more than that, whatever is asked for.
    private const int BytesMax = 55 * 1024 * 1024;

    /// <inheritdoc/>
    protected override async ValueTask<ShareFetchResponse> HandleAsync(
        ShareFetchRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        if (Check(request) is { } refused)
            return new ShareFetchResponse { ErrorCode = refused };

        string group = request.GroupId!;
        bool closes = request.ShareSessionEpoch == ShareSessions.Closing;
        ErrorCode error = closes ? ErrorCode.None : parts.ShareGroups.CheckMember(group, request.MemberId!);
        if (error != ErrorCode.None)
            return new ShareFetchResponse { ErrorCode = error };

        ShareAcknowledgements said = new(parts, group, request.MemberId!, request.IsRenewAck);
        foreach (ShareFetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (ShareFetchRequest.FetchPartition partition in topic.Partitions)
            {
                if (partition.AcknowledgementBatches.Count > 0)
                {
                    said.Begin(
                        new TopicIdPartition(topic.TopicId, partition.PartitionIndex),
                        [.. partition.AcknowledgementBatches.Select(batch => new AcknowledgedRun(
                            batch.FirstOffset, batch.LastOffset, batch.AcknowledgeTypes))]);
                }
            }
        }

        Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData> answers = closes
            ? []
            : await FetchAsync(request, WantedBy(request), cancellationToken).ConfigureAwait(false);
        return Answer(
            answers,
            await said.EndAsync(CancellationToken.None).ConfigureAwait(false),
            parts.Shares.LockDurationOf(group));
    }

    private static TopicIdPartition[] WantedBy(ShareFetchRequest request) =>
    [
        .. request.Topics
            .SelectMany(
                topic => topic.Partitions,
                (topic, partition) => new TopicIdPartition(topic.TopicId, partition.PartitionIndex))
            .Except(request.ForgottenTopicsData.SelectMany(
                topic => topic.Partitions, (topic, partition) => new TopicIdPartition(topic.TopicId, partition))),
    ];

    private static ErrorCode? Check(ShareFetchRequest request)
    {
        bool isIllegal = string.IsNullOrEmpty(request.GroupId) || string.IsNullOrEmpty(request.MemberId)
            // Who opens a session has nothing yet to say something of.
            || (request.ShareSessionEpoch == ShareSessions.Opening && request.Topics.Any(
                topic => topic.Partitions.Any(partition => partition.AcknowledgementBatches.Count > 0)))
            // Who is still at work wants nothing more meanwhile.
            || (request.IsRenewAck && (request.MaxBytes > 0 || request.MinBytes > 0 || request.MaxRecords > 0
                || request.MaxWaitMs > 0));
        return isIllegal ? ErrorCode.InvalidRequest : null;
    }

    private async ValueTask<Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData>> FetchAsync(
        ShareFetchRequest request, TopicIdPartition[] wanted, CancellationToken cancellationToken)
    {
        ShareFetchCall call = new(
            request.GroupId!,
            request.MemberId!,
            Math.Clamp(request.MaxBytes, 0, BytesMax),
            request.MaxRecords,
            parts.Shares.LockDurationOf(request.GroupId!),
            parts.Shares.ReadsCommitted(request.GroupId!));
        if (call.MaxBytes == 0 || call.MaxRecords <= 0 || wanted.Length == 0)
            return [];

        Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData> refused =
            await BeginAsync(call, wanted, cancellationToken).ConfigureAwait(false);
        TopicIdPartition[] begun = [.. wanted.Where(partition => !refused.ContainsKey(partition))];
        ShareRead read = Look(call, begun);
        if (read.Answers.Count == 0 && refused.Count == 0 && request.MaxWaitMs > 0)
        {
            using ShareFetchWait wait = new(
                parts, call.Group, begun, TimeSpan.FromMilliseconds(request.MaxWaitMs), cancellationToken);
            while (true)
            {
                bool isLast = wait.IsOver;
                read = Look(call, begun);
                if (isLast || read.Answers.Count > 0)
                    break;
                await wait.NextAsync(read.Seen).ConfigureAwait(false);

                // What was acquired for who is gone would be nobody's until its lock runs out.
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        foreach ((TopicIdPartition partition, ShareFetchResponse.PartitionData answer) in read.Answers)
            refused.Add(partition, answer);
        return refused;
    }

    /// <summary>Has the group begin with those partitions that it has not read yet.</summary>
    /// <returns>What to answer for those that it cannot begin with.</returns>
    private async ValueTask<Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData>> BeginAsync(
        ShareFetchCall call, TopicIdPartition[] wanted, CancellationToken cancellationToken)
    {
        Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData> refused = [];
        foreach (TopicIdPartition partition in wanted)
        {
            LocalTopic? topic = parts.Partitions.Current.Find(name: null, partition.TopicId, out ErrorCode error);
            ReplicatedPartition? log = topic?.Find(partition.Partition);
            error = log is null
                ? topic?.ErrorOfMissing(partition.Partition) ?? error
                : await parts.Shares.BeginAsync(
                    new SharePartitionKey(call.Group, partition.TopicId, partition.Partition), log, cancellationToken)
                    .ConfigureAwait(false);
            if (error != ErrorCode.None)
            {
                refused[partition] = new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = error,
                    Records = RecordBuffer.Empty,
                };
            }
        }

        return refused;
    }

    private ShareRead Look(ShareFetchCall call, IReadOnlyList<TopicIdPartition> partitions)
    {
        ShareRead read = new(parts, call);
        read.Read(partitions, parts.Partitions.Current);
        return read;
    }

    private static ShareFetchResponse Answer(
        Dictionary<TopicIdPartition, ShareFetchResponse.PartitionData> answers,
        Dictionary<TopicIdPartition, ErrorCode> said,
        int lockDuration)
    {
        foreach ((TopicIdPartition partition, ErrorCode error) in said)
        {
            if (!answers.TryGetValue(partition, out ShareFetchResponse.PartitionData? answer))
            {
                answers[partition] = answer = new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    Records = RecordBuffer.Empty,
                };
            }

            answer.AcknowledgeErrorCode = error;
        }

        return new ShareFetchResponse
        {
            AcquisitionLockTimeoutMs = lockDuration,
            Responses = [.. answers.GroupBy(answer => answer.Key.TopicId).Select(
                topic => new ShareFetchResponse.ShareFetchableTopicResponse
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic.Select(answer => answer.Value)],
                })],
        };
    }
}
