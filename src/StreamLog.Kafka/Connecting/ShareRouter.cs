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

    // How much longer than it asked to wait a fetch is waited for by who has given it up: what it has acquired would be
    // nobody's until its lock runs out.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly RequestRouter _router;
    private readonly ClusterView _view;
    private readonly TimeProvider _time;

    /// <summary>Creates it.</summary>
    /// <param name="router">Finds the leaders.</param>
    /// <param name="view">Is told of leaders that are none.</param>
    /// <param name="time">The clock.</param>
    public ShareRouter(RequestRouter router, ClusterView view, TimeProvider time)
    {
        _router = router;
        _view = view;
        _time = time;
    }

    /// <summary>Reads.</summary>
    /// <param name="request">What.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Stops the wait, unless the brokers answer in time all the same. The session is
    /// over then.</param>
    /// <returns>What all brokers have.</returns>
    /// <exception cref="StreamLogException">A broker could not be asked. The session is over.</exception>
    public ValueTask<ShareFetchResponse> FetchAsync(
        ShareFetchRequest request, ClientLinks links, CancellationToken cancellationToken)
    {
        (string group, string member) = (request.GroupId ?? "", request.MemberId ?? "");
        if (request.ShareSessionEpoch == Opening)
            links.Shares.Begin(group, member);
        return InSessionAsync(request, group, member, request.ShareSessionEpoch, links, async session =>
        {
            (List<(BrokerAddress Address, ShareFetchRequest Part)> asked, ShareFetchResponse answer) =
                await PlaceAsync(session, request, cancellationToken).ConfigureAwait(false);
            using CancellationTokenSource abandoned = new(Timeout.InfiniteTimeSpan, _time);
            TimeSpan left = TimeSpan.FromMilliseconds(asked.Select(one => one.Part.MaxWaitMs).DefaultIfEmpty().Max());
            using CancellationTokenRegistration given = cancellationToken.UnsafeRegister(
                _ => abandoned.CancelAfter(left + Grace), null);
            List<(BrokerAddress Address, Task<ShareFetchResponse> Answer)> answers =
                [.. asked.Select(one => (one.Address, Send(one.Part, one.Address, links, abandoned.Token)))];
            await JoinAsync(session, request, answers, answer, cancellationToken).ConfigureAwait(false);
            Doubt(answer.Responses.SelectMany(topic => topic.Partitions.Select(
                partition => (topic.TopicId, partition.PartitionIndex, partition.ErrorCode))));
            return (answer, answer.ErrorCode);
        });
    }

    /// <summary>Says what became of records.</summary>
    /// <param name="request">What.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Stops the wait. The session is over then.</param>
    /// <returns>What all brokers say to it.</returns>
    /// <exception cref="StreamLogException">A broker could not be asked. The session is over.</exception>
    public ValueTask<ShareAcknowledgeResponse> AcknowledgeAsync(
        ShareAcknowledgeRequest request, ClientLinks links, CancellationToken cancellationToken) => InSessionAsync(
            request,
            request.GroupId ?? "",
            request.MemberId ?? "",
            request.ShareSessionEpoch,
            links,
            async session =>
            {
                ShareAcknowledgeResponse answer = Refusal.Split(
                    request,
                    target => target.Kind == RequestTargetKind.Partition && PlaceOf(session, target) is null
                        ? ErrorCode.InvalidRecordState
                        : ErrorCode.None).Refused ?? new ShareAcknowledgeResponse();
                List<(BrokerAddress Address, Task<ShareAcknowledgeResponse> Answer)> answers = [];
                foreach (BrokerAddress address in session.Brokers.ToArray())
                {
                    if (For(address, session, request) is { } part)
                        answers.Add((address, Send(part, address, links, cancellationToken)));
                }

                await JoinAsync(session, request, answers, answer).ConfigureAwait(false);
                Doubt(answer.Responses.SelectMany(topic => topic.Partitions.Select(
                    partition => (topic.TopicId, partition.PartitionIndex, partition.ErrorCode))));
                return (answer, answer.ErrorCode);
            });

    /// <summary>Sends one request of a session, which ends unless all of it was answered.</summary>
    private static async ValueTask<TResponse> InSessionAsync<TResponse>(
        IRequest<TResponse> request,
        string group,
        string member,
        int epoch,
        ClientLinks links,
        Func<ShareSession, ValueTask<(TResponse Answer, ErrorCode Error)>> ask)
        where TResponse : class
    {
        ShareSession? session = links.Shares.Find(group, member);
        if (Check(session, epoch) is var refused and not ErrorCode.None)
            return Refusal.CreateResponse(request, refused);

        bool goesOn = false;
        try
        {
            (TResponse answer, ErrorCode error) = await ask(session!).ConfigureAwait(false);
            goesOn = error == ErrorCode.None && epoch != Closing;
            return answer;
        }
        finally
        {
            if (goesOn)
                session!.Advance();
            else
                links.Shares.End(group, member);
        }
    }

    /// <summary>Brings the session to what the client wants and to where partitions are led now.</summary>
    /// <returns>What to ask which broker, and the answer to what no broker can be asked.</returns>
    private async ValueTask<(List<(BrokerAddress Address, ShareFetchRequest Part)> Asked, ShareFetchResponse Refused)>
        PlaceAsync(ShareSession session, ShareFetchRequest request, CancellationToken cancellationToken)
    {
        Dictionary<(Guid TopicId, int Partition), BrokerAddress?> before = new(session.Places);
        foreach (ShareFetchRequest.FetchTopic topic in request.Topics)
        {
            foreach (ShareFetchRequest.FetchPartition partition in topic.Partitions)
                session.Places.TryAdd((topic.TopicId, partition.PartitionIndex), null);
        }

        foreach (ShareFetchRequest.ForgottenTopic topic in request.ForgottenTopicsData)
        {
            foreach (int partition in topic.Partitions)
                session.Places.Remove((topic.TopicId, partition));
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
                Refuse(refused, request, all[i], found[i].Error);
        }

        BrokerAddress[] brokers =
            [.. session.Places.Values.OfType<BrokerAddress>().Concat(session.Brokers).Distinct()];
        return (
            [.. brokers.Select(address => (address, For(address, brokers.Length, session, request, before)))],
            refused);
    }

    private static ShareFetchRequest For(
        BrokerAddress address,
        int brokers,
        ShareSession session,
        ShareFetchRequest request,
        Dictionary<(Guid TopicId, int Partition), BrokerAddress?> before)
    {
        // What the client adds, what it says something of even if it forgets it, and what comes from another broker.
        List<ShareFetchRequest.FetchTopic> topics = Only(
            request.Topics,
            (topicId, partition) => session.Places.TryGetValue((topicId, partition), out BrokerAddress? place)
                ? place == address
                : before.GetValueOrDefault((topicId, partition)) == address);
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

        ShareFetchRequest part = request.WithPartitions(
            topics,
            [.. before
                .Where(one => one.Value == address && session.Places.GetValueOrDefault(one.Key) != address)
                .GroupBy(one => one.Key.TopicId, one => one.Key.Partition)
                .Select(topic => new ShareFetchRequest.ForgottenTopic
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic],
                })]);
        part.ShareSessionEpoch = EpochOf(session, address, request.ShareSessionEpoch);
        part.MaxWaitMs = brokers == 1 ? request.MaxWaitMs : Math.Min(request.MaxWaitMs, SharedWaitMs);
        part.MaxBytes = Share(request.MaxBytes, brokers);
        part.MaxRecords = Share(request.MaxRecords, brokers);
        return part;
    }

    private static ShareAcknowledgeRequest? For(
        BrokerAddress address, ShareSession session, ShareAcknowledgeRequest request)
    {
        List<ShareAcknowledgeRequest.AcknowledgeTopic> topics =
            Only(request.Topics, target => PlaceOf(session, target) == address);
        return topics.Count == 0 && request.ShareSessionEpoch != Closing
            ? null
            : new ShareAcknowledgeRequest
            {
                GroupId = request.GroupId,
                MemberId = request.MemberId,
                ShareSessionEpoch = EpochOf(session, address, request.ShareSessionEpoch),
                IsRenewAck = request.IsRenewAck,
                Topics = topics,
            };
    }

    private static int EpochOf(ShareSession session, BrokerAddress address, int epoch) =>
        epoch == Closing ? Closing : session.TakeEpoch(address);

    private static Task<TResponse> Send<TResponse>(
        IRequest<TResponse> part, BrokerAddress address, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class =>
        LinkPool.SendAsync(part, links.Find(address, Lane.Fetch), cancellationToken);

    // Every answer is waited for: each may hold records that are acquired now. Where one broker fails, the others' are
    // handed out all the same.
    private async ValueTask JoinAsync(
        ShareSession session,
        ShareFetchRequest request,
        List<(BrokerAddress Address, Task<ShareFetchResponse> Answer)> answers,
        ShareFetchResponse into,
        CancellationToken cancellationToken)
    {
        BrokerFailures failures = new();
        foreach ((BrokerAddress address, Task<ShareFetchResponse> task) in answers)
        {
            try
            {
                ShareFetchResponse more = await task.ConfigureAwait(false);
                if (!failures.Note(address, more.ErrorCode, more.ErrorMessage))
                {
                    into.AcquisitionLockTimeoutMs = Math.Max(
                        into.AcquisitionLockTimeoutMs, more.AcquisitionLockTimeoutMs);
                    into.Responses.AddRange(more.Responses);
                }
            }
            catch (Exception exception) when (exception is StreamLogException or OperationCanceledException)
            {
                failures.Note(address, exception);
                _view.Doubt(address);
            }
        }

        if (failures.AreAll(answers.Count))
        {
            into.Dispose();
            if (failures.IsCancelled)
                cancellationToken.ThrowIfCancellationRequested();
            (into.ErrorCode, into.ErrorMessage, into.Responses) = (failures.ThrowOrTell(), failures.Message, []);
            return;
        }

        foreach ((BrokerAddress address, ErrorCode error) in failures.ByPartition)
        {
            foreach ((Guid TopicId, int Partition) partition in session.Leave(address))
                Refuse(into, request, partition, error);
        }
    }

    private async ValueTask JoinAsync(
        ShareSession session,
        ShareAcknowledgeRequest request,
        List<(BrokerAddress Address, Task<ShareAcknowledgeResponse> Answer)> answers,
        ShareAcknowledgeResponse into)
    {
        BrokerFailures failures = new();
        foreach ((BrokerAddress address, Task<ShareAcknowledgeResponse> task) in answers)
        {
            try
            {
                ShareAcknowledgeResponse more = await task.ConfigureAwait(false);
                if (!failures.Note(address, more.ErrorCode, more.ErrorMessage))
                    Refusal.Merge(request, into, more);
            }
            catch (StreamLogException exception)
            {
                failures.Note(address, exception);
                _view.Doubt(address);
            }
        }

        if (failures.AreAll(answers.Count))
        {
            (into.ErrorCode, into.ErrorMessage) = (failures.ThrowOrTell(), failures.Message);
            return;
        }

        foreach ((BrokerAddress address, ErrorCode error) in failures.ByPartition)
        {
            HashSet<(Guid, int)> left = [.. session.Leave(address)];
            RequestSplit<ShareAcknowledgeResponse> split = Refusal.Split(
                request,
                target => target.Kind == RequestTargetKind.Partition
                    && left.Contains((target.TopicId, target.Partition)) ? error : ErrorCode.None);
            if (split.Refused is { } refused)
                Refusal.Merge(request, into, refused);
        }
    }

    private void Doubt(IEnumerable<(Guid TopicId, int Partition, ErrorCode Error)> answers) => _view.Doubt(
        [.. answers.Where(answer => AnswerErrors.IsMove(answer.Error))
            .Select(answer => RequestTarget.OfPartition(null, answer.TopicId, answer.Partition))]);

    private static ErrorCode Check(ShareSession? session, int epoch) =>
        session is null ? ErrorCode.ShareSessionNotFound
        : epoch is not Closing && epoch != session.NextEpoch ? ErrorCode.InvalidShareSessionEpoch
        : ErrorCode.None;

    private static void Refuse(
        ShareFetchResponse response,
        ShareFetchRequest request,
        (Guid TopicId, int Partition) partition,
        ErrorCode error)
    {
        bool saysSomething = request.Topics.Exists(topic => topic.TopicId == partition.TopicId
            && topic.Partitions.Exists(
                one => one.PartitionIndex == partition.Partition && one.AcknowledgementBatches.Count > 0));
        response.Responses.Add(new ShareFetchResponse.ShareFetchableTopicResponse
        {
            TopicId = partition.TopicId,
            Partitions =
            [
                new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = error,
                    AcknowledgeErrorCode = saysSomething ? error : ErrorCode.None,
                    Records = RecordBuffer.Empty,
                },
            ],
        });
    }

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
