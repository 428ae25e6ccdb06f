using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Testing;

/// <summary>Reads from queues for clients that go by another clock than the broker. Stateless.</summary>
/// <remarks>What a member says of records takes effect once, and its result must not be lost with the wait. So it is
/// said by a read that does not wait, and the one that does says nothing.</remarks>
internal static class SharePolls
{
    private const int Closing = -1;

    /// <summary>Has a broker answer a read, after the client's time at the latest.</summary>
    /// <param name="face">The broker, behind its sessions.</param>
    /// <param name="request">The read. It is not changed.</param>
    /// <param name="context">Who sends it.</param>
    /// <param name="wait">How long the client waits, by the system's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The answer, with what was said of records whether there are new ones or not.</returns>
    public static async ValueTask<ShareFetchResponse> SendAsync(
        IBroker face,
        ShareFetchRequest request,
        RequestContext context,
        TimeSpan wait,
        CancellationToken cancellationToken)
    {
        ShareFetchResponse now = await face
            .SendAsync(Copy(request, maxWaitMs: 0, speaks: true), context, cancellationToken)
            .ConfigureAwait(false);
        if (request.ShareSessionEpoch == Closing || now.ErrorCode != ErrorCode.None || HasNews(now))
            return now;

        using CancellationTokenSource over = new(wait);
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            ShareFetchResponse later = await face
                .SendAsync(Copy(request, request.MaxWaitMs, speaks: false), context, either.Token)
                .ConfigureAwait(false);
            Tell(later, now);
            return later;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return now;
        }
    }

    private static bool HasNews(ShareFetchResponse response) => response.Responses
        .SelectMany(topic => topic.Partitions)
        .Any(partition => partition.ErrorCode != ErrorCode.None || partition.AcquiredRecords.Count > 0);

    // Adds the results of what was said.
    private static void Tell(ShareFetchResponse response, ShareFetchResponse results)
    {
        foreach (ShareFetchResponse.ShareFetchableTopicResponse told in results.Responses)
        {
            ShareFetchResponse.ShareFetchableTopicResponse? topic =
                response.Responses.Find(found => found.TopicId == told.TopicId);
            if (topic is null)
            {
                response.Responses.Add(told);
                continue;
            }

            foreach (ShareFetchResponse.PartitionData result in told.Partitions)
            {
                if (topic.Partitions.Find(found => found.PartitionIndex == result.PartitionIndex) is { } partition)
                {
                    partition.AcknowledgeErrorCode = result.AcknowledgeErrorCode;
                    partition.AcknowledgeErrorMessage = result.AcknowledgeErrorMessage;
                }
                else
                {
                    topic.Partitions.Add(result);
                }
            }
        }
    }

    private static ShareFetchRequest Copy(ShareFetchRequest request, int maxWaitMs, bool speaks) => new()
    {
        GroupId = request.GroupId,
        MemberId = request.MemberId,
        ShareSessionEpoch = request.ShareSessionEpoch,
        MaxWaitMs = maxWaitMs,
        MinBytes = request.MinBytes,
        MaxBytes = request.MaxBytes,
        MaxRecords = request.MaxRecords,
        BatchSize = request.BatchSize,
        ShareAcquireMode = request.ShareAcquireMode,
        IsRenewAck = request.IsRenewAck,
        Topics = speaks ? request.Topics : request.Topics.ConvertAll(topic => new ShareFetchRequest.FetchTopic
        {
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.ConvertAll(partition => new ShareFetchRequest.FetchPartition
            {
                PartitionIndex = partition.PartitionIndex,
            }),
        }),
        ForgottenTopicsData = request.ForgottenTopicsData,
    };
}
