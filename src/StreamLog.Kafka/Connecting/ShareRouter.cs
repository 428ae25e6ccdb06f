using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>Reads from queues (KIP-932) at several brokers in one session of the client's.</summary>
/// <remarks>Owned by the cluster. Thread-safe; the requests of one session come one after another.</remarks>
internal sealed class ShareRouter
{
    private const int Opening = 0;
    private const int Closing = -1;

    // What one broker has acquired for the member must not be lost while another waits for records, so all are waited
    // for: not for long.
    private const int SharedWaitMs = 100;

    private readonly RequestRouter _router;
    private readonly ClusterView _view;

    /// <summary>Creates it.</summary>
    /// <param name="router">Finds the leaders.</param>
    /// <param name="view">Is told of leaders that are none.</param>
    public ShareRouter(RequestRouter router, ClusterView view)
    {
        _router = router;
        _view = view;
    }

    /// <summary>Reads.</summary>
    /// <param name="request">What.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Stops the wait. The session is over then.</param>
    /// <returns>What all brokers have.</returns>
    /// <exception cref="StreamLogException">A broker could not be asked. The session is over.</exception>
    public async ValueTask<ShareFetchResponse> FetchAsync(
        ShareFetchRequest request, ClientLinks links, CancellationToken cancellationToken)
    {
        (string group, string member) = (request.GroupId ?? "", request.MemberId ?? "");
        ShareSession? session = request.ShareSessionEpoch == Opening
            ? links.Shares.Begin(group, member)
            : links.Shares.Find(group, member);
        if (Check(session, request.ShareSessionEpoch) is var error and not ErrorCode.None)
            return Refusal.CreateResponse(request, error);

        bool isWhole = false;
        try
        {
            (List<ShareFetchRequest> asked, List<BrokerAddress> brokers, ShareFetchResponse answer) =
                await PlaceAsync(session!, request, cancellationToken).ConfigureAwait(false);
            Task<ShareFetchResponse>[] answers =
                [.. asked.Zip(brokers, (part, address) => Send(part, address, links, cancellationToken))];
            await JoinAsync(answers, answer).ConfigureAwait(false);
            isWhole = answer.ErrorCode == ErrorCode.None;
            Doubt(answer.Responses.SelectMany(topic => topic.Partitions.Select(
                partition => (topic.TopicId, partition.PartitionIndex, partition.ErrorCode))));
            return answer;
        }
        finally
        {
            if (isWhole && request.ShareSessionEpoch != Closing)
                session!.Advance();
            else
                links.Shares.End(group, member);
        }
    }

    /// <summary>Says what became of records.</summary>
    /// <param name="request">What.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Stops the wait. The session is over then.</param>
    /// <returns>What all brokers say to it.</returns>
    /// <exception cref="StreamLogException">A broker could not be asked. The session is over.</exception>
    public async ValueTask<ShareAcknowledgeResponse> AcknowledgeAsync(
        ShareAcknowledgeRequest request, ClientLinks links, CancellationToken cancellationToken)
    {
        (string group, string member) = (request.GroupId ?? "", request.MemberId ?? "");
        ShareSession? session = links.Shares.Find(group, member);
        if (Check(session, request.ShareSessionEpoch) is var error and not ErrorCode.None)
            return Refusal.CreateResponse(request, error);

        RequestSplit<ShareAcknowledgeResponse> placed = Refusal.Split(
            request,
            target => target.Kind == RequestTargetKind.Partition && PlaceOf(session!, target) is null
                ? ErrorCode.InvalidRecordState
                : ErrorCode.None);
        ShareAcknowledgeResponse answer = placed.Refused ?? new ShareAcknowledgeResponse();
        bool isWhole = false;
        try
        {
            List<Task<ShareAcknowledgeResponse>> answers = [];
            foreach (BrokerAddress address in session!.Brokers.ToArray())
            {
                List<ShareAcknowledgeRequest.AcknowledgeTopic> topics =
                    Only(request.Topics, target => PlaceOf(session, target) == address);
                if (topics.Count == 0 && request.ShareSessionEpoch != Closing)
                    continue;

                ShareAcknowledgeRequest part = new()
                {
                    GroupId = request.GroupId,
                    MemberId = request.MemberId,
                    ShareSessionEpoch = request.ShareSessionEpoch == Closing ? Closing : session.TakeEpoch(address),
                    IsRenewAck = request.IsRenewAck,
                    Topics = topics,
                };
                answers.Add(Send(part, address, links, cancellationToken));
            }

            foreach (ShareAcknowledgeResponse more in await Task.WhenAll(answers).ConfigureAwait(false))
            {
                answer.ErrorCode = answer.ErrorCode != ErrorCode.None ? answer.ErrorCode : more.ErrorCode;
                answer.ErrorMessage ??= more.ErrorMessage;
                Refusal.Merge(request, answer, more);
            }

            isWhole = answer.ErrorCode == ErrorCode.None;
            Doubt(answer.Responses.SelectMany(topic => topic.Partitions.Select(
                partition => (topic.TopicId, partition.PartitionIndex, partition.ErrorCode))));
            return answer;
        }
        finally
        {
            if (isWhole && request.ShareSessionEpoch != Closing)
                session!.Advance();
            else
                links.Shares.End(group, member);
        }
    }

    /// <summary>Brings the session to what the client wants and to where partitions are led now.</summary>
    /// <returns>What to ask which broker, and the answer to what no broker can be asked.</returns>
    private async ValueTask<(List<ShareFetchRequest> Asked, List<BrokerAddress> Brokers, ShareFetchResponse Refused)>
        PlaceAsync(ShareSession session, ShareFetchRequest request, CancellationToken cancellationToken)
    {
        Dictionary<(Guid TopicId, int Partition), BrokerAddress?> before = new(session.Places);
        foreach (ShareFetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            foreach (int partition in topic.Partitions)
                session.Places.Remove((topic.TopicId, partition));
        }

        foreach (ShareFetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (ShareFetchRequest.FetchPartition partition in topic.Partitions)
                session.Places.TryAdd((topic.TopicId, partition.PartitionIndex), null);
        }

        (Guid TopicId, int Partition)[] all = [.. session.Places.Keys];
        Destination[] found = await _router.FindAsync(
            [.. all.Select(one => RequestTarget.OfPartition(null, one.TopicId, one.Partition))], cancellationToken)
            .ConfigureAwait(false);
        ShareFetchResponse refused = new();
        for (int i = 0; i < all.Length; i++)
        {
            session.Places[all[i]] = found[i].Address;
            if (found[i].Error != ErrorCode.None)
                Refuse(refused, all[i], found[i].Error);
        }

        BrokerAddress[] brokers =
            [.. session.Places.Values.OfType<BrokerAddress>().Concat(session.Brokers).Distinct()];
        return (
            [.. brokers.Select(address => For(address, brokers.Length, session, request, before))],
            [.. brokers],
            refused);
    }

    private static ShareFetchRequest For(
        BrokerAddress address,
        int brokers,
        ShareSession session,
        ShareFetchRequest request,
        Dictionary<(Guid TopicId, int Partition), BrokerAddress?> before)
    {
        // What the client adds, what it says something of, and what has come from another broker.
        List<ShareFetchRequest.FetchTopic> topics = Only(
            request.Topics, (topicId, partition) => session.Places.GetValueOrDefault((topicId, partition)) == address);
        foreach (((Guid topicId, int partition), BrokerAddress? place) in session.Places)
        {
            bool hasCome = place == address && before.GetValueOrDefault((topicId, partition)) != address;
            if (hasCome && !topics.Exists(topic => topic.TopicId == topicId
                && topic.Partitions.Exists(one => one.PartitionIndex == partition)))
            {
                topics.Add(new ShareFetchRequest.FetchTopic
                {
                    TopicId = topicId,
                    Partitions = [new ShareFetchRequest.FetchPartition { PartitionIndex = partition }],
                });
            }
        }

        return new ShareFetchRequest
        {
            GroupId = request.GroupId,
            MemberId = request.MemberId,
            ShareSessionEpoch = request.ShareSessionEpoch == Closing ? Closing : session.TakeEpoch(address),
            MaxWaitMs = brokers == 1 ? request.MaxWaitMs : Math.Min(request.MaxWaitMs, SharedWaitMs),
            MinBytes = request.MinBytes,
            MaxBytes = Share(request.MaxBytes, brokers),
            MaxRecords = Share(request.MaxRecords, brokers),
            BatchSize = request.BatchSize,
            ShareAcquireMode = request.ShareAcquireMode,
            IsRenewAck = request.IsRenewAck,
            Topics = topics,
            ForgottenTopicsData = [.. before
                .Where(one => one.Value == address && session.Places.GetValueOrDefault(one.Key) != address)
                .GroupBy(one => one.Key.TopicId, one => one.Key.Partition)
                .Select(topic => new ShareFetchRequest.ForgottenTopic
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic],
                })],
        };
    }

    private static Task<TResponse> Send<TResponse>(
        IRequest<TResponse> part, BrokerAddress address, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class =>
        LinkPool.SendAsync(part, links.Find(address, Lane.Fetch), cancellationToken);

    // Every answer is waited for: each may hold records that are acquired now.
    private static async ValueTask JoinAsync(Task<ShareFetchResponse>[] answers, ShareFetchResponse into)
    {
        Exception? failure = null;
        foreach (Task<ShareFetchResponse> task in answers)
        {
            try
            {
                ShareFetchResponse more = await task.ConfigureAwait(false);
                into.ErrorCode = into.ErrorCode != ErrorCode.None ? into.ErrorCode : more.ErrorCode;
                into.ErrorMessage ??= more.ErrorMessage;
                into.AcquisitionLockTimeoutMs = Math.Max(
                    into.AcquisitionLockTimeoutMs, more.AcquisitionLockTimeoutMs);
                foreach (ShareFetchResponse.ShareFetchableTopicResponse topic in more.Responses)
                    into.Responses.Add(topic);
            }
            catch (Exception exception)
            {
                failure ??= exception;
            }
        }

        if (failure is null)
            return;
        into.Dispose();
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private void Doubt(IEnumerable<(Guid TopicId, int Partition, ErrorCode Error)> answers) => _view.Doubt(
        [.. answers.Where(answer => AnswerErrors.IsMove(answer.Error))
            .Select(answer => RequestTarget.OfPartition(null, answer.TopicId, answer.Partition))]);

    private static ErrorCode Check(ShareSession? session, int epoch) =>
        session is null ? ErrorCode.ShareSessionNotFound
        : epoch is not Closing && epoch != session.NextEpoch ? ErrorCode.InvalidShareSessionEpoch
        : ErrorCode.None;

    private static void Refuse(
        ShareFetchResponse response, (Guid TopicId, int Partition) partition, ErrorCode error) =>
        response.Responses.Add(new ShareFetchResponse.ShareFetchableTopicResponse
        {
            TopicId = partition.TopicId,
            Partitions =
            [
                new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = error,
                    Records = RecordBuffer.Empty,
                },
            ],
        });

    private static BrokerAddress? PlaceOf(ShareSession session, RequestTarget target) =>
        session.Places.GetValueOrDefault((target.TopicId, target.Partition));

    private static int Share(int most, int brokers) => most <= 0 ? most : Math.Max(1, most / brokers);

    private static List<ShareFetchRequest.FetchTopic> Only(
        List<ShareFetchRequest.FetchTopic> topics, Func<Guid, int, bool> isWanted) =>
        [.. topics.Select(topic => new ShareFetchRequest.FetchTopic
        {
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.FindAll(partition => isWanted(topic.TopicId, partition.PartitionIndex)),
        }).Where(topic => topic.Partitions.Count > 0)];

    private static List<ShareAcknowledgeRequest.AcknowledgeTopic> Only(
        List<ShareAcknowledgeRequest.AcknowledgeTopic> topics, Func<RequestTarget, bool> isWanted) =>
        [.. topics.Select(topic => new ShareAcknowledgeRequest.AcknowledgeTopic
        {
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.FindAll(partition => isWanted(
                RequestTarget.OfPartition(null, topic.TopicId, partition.PartitionIndex))),
        }).Where(topic => topic.Partitions.Count > 0)];
}
