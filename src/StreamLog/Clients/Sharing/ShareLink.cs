using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Sharing;

/// <summary>A consumer's share session with the broker: its requests one after another, each with the next
/// epoch.</summary>
/// <remarks>
/// Whoever has something to send that must not wait takes back a fetch that waits for records. Owned by its consumer;
/// thread-safe.
/// </remarks>
/// <param name="session">The way to the broker.</param>
/// <param name="group">The group.</param>
/// <param name="memberId">The member.</param>
/// <param name="options">The limits of fetches.</param>
internal sealed class ShareLink(
    BrokerSession session, string group, string memberId, ShareConsumerOptions options)
{
    private const int Opening = 0;
    private const int Closing = -1;

    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private Task _last = Task.CompletedTask;
    private CancellationTokenSource? _takeBack;
    private int _impatient;

    // Below here: for the request whose turn it is.
    private int _epoch = Opening;
    private HashSet<SharedPartition> _partitions = [];

    /// <summary>Gets what was said and is to be sent.</summary>
    public PendingAcknowledgements Pending { get; } = new();

    /// <summary>Sends what was said, and then fetches.</summary>
    /// <param name="partitions">The partitions to read.</param>
    /// <param name="refused">Is told what was said and does not hold.</param>
    /// <param name="cancellationToken">Stops the wait for records.</param>
    /// <returns>The response, which the caller disposes; <see langword="null"/> where the fetch was taken back, or the
    /// session is to be opened anew.</returns>
    public Task<ShareFetchResponse?> FetchAsync(
        IReadOnlyList<SharedPartition> partitions, Action<ErrorCode> refused, CancellationToken cancellationToken) =>
        InTurn(() => FetchInTurnAsync(partitions, refused, cancellationToken));

    /// <summary>Sends what was said, without waiting for records.</summary>
    /// <param name="refused">Is told what was said and does not hold.</param>
    /// <param name="closes">Whether it is the last that is sent.</param>
    /// <returns>A task that completes when it is durable.</returns>
    public async Task AcknowledgeAsync(Action<ErrorCode> refused, bool closes = false)
    {
        CancellationTokenSource? takeBack;
        lock (_gate)
        {
            _impatient++;
            takeBack = _takeBack;
        }

        if (takeBack is not null)
            await takeBack.CancelAsync().ConfigureAwait(false);
        try
        {
            await InTurn(async () =>
            {
                await AcknowledgeInTurnAsync(refused, closes).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
                _impatient--;
        }
    }

    private Task<T> InTurn<T>(Func<Task<T>> send)
    {
        lock (_gate)
        {
            Task<T> next = AfterAsync(_last, send);
            _last = next;
            return next;
        }
    }

    private static async Task<T> AfterAsync<T>(Task before, Func<Task<T>> send)
    {
        // Not under the gate. A failure before is its own caller's.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return await send().ConfigureAwait(false);
    }

    private async Task<ShareFetchResponse?> FetchInTurnAsync(
        IReadOnlyList<SharedPartition> partitions, Action<ErrorCode> refused, CancellationToken cancellationToken)
    {
        // By itself and not along with the fetch, which may be taken back: whether it holds must be known.
        if (!Pending.IsEmpty)
            await AcknowledgeInTurnAsync(refused, closes: false).ConfigureAwait(false);

        using CancellationTokenSource takeBack = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bool isImpatient;
        lock (_gate)
        {
            isImpatient = _impatient > 0;
            _takeBack = takeBack;
        }

        try
        {
            return await SendFetchAsync(
                partitions,
                isImpatient ? 0 : Durations.ToRequest(options.FetchMaxWait),
                options.MaxRecords,
                takeBack.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (takeBack.IsCancellationRequested)
        {
            // Whether the broker counts this request nobody knows. A new session does no harm: records belong to the
            // member.
            _epoch = Opening;
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            lock (_gate)
                _takeBack = null;
        }
    }

    private async Task<ShareFetchResponse?> SendFetchAsync(
        IReadOnlyList<SharedPartition> partitions, int maxWaitMs, int maxRecords, CancellationToken cancellationToken)
    {
        IEnumerable<SharedPartition> known = _epoch == Opening ? [] : _partitions;
        ShareFetchRequest request = new()
        {
            GroupId = group,
            MemberId = memberId,
            ShareSessionEpoch = _epoch,
            MaxWaitMs = maxWaitMs,
            MinBytes = 1,
            MaxBytes = options.FetchMaxBytes,
            MaxRecords = maxRecords,
            BatchSize = maxRecords,
            Topics = [.. partitions.Except(known).GroupBy(partition => partition.TopicId).Select(
                topic => new ShareFetchRequest.FetchTopic
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic.Select(
                        partition => new ShareFetchRequest.FetchPartition { PartitionIndex = partition.Partition })],
                })],
            ForgottenTopicsData = [.. known.Except(partitions).GroupBy(partition => partition.TopicId).Select(
                topic => new ShareFetchRequest.ForgottenTopic
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic.Select(partition => partition.Partition)],
                })],
        };

        // Its own wait ends with the node or with the token, so there is no other limit here: what it has acquired must
        // not be lost on the way.
        ShareFetchResponse response =
            await session.Broker.SendAsync(request, session.Context, cancellationToken).ConfigureAwait(false);
        if (!Advance(response.ErrorCode, "The fetch"))
        {
            response.Dispose();
            return null;
        }

        _partitions = [.. partitions];
        return response;
    }

    private async Task AcknowledgeInTurnAsync(Action<ErrorCode> refused, bool closes)
    {
        // A session that is to be opened anew may have left records with the member: it is opened, to be closed.
        if (Pending.IsEmpty && (!closes || (_epoch == Opening && _partitions.Count == 0)))
            return;

        // A session is opened by a fetch, which need not fetch anything.
        if (_epoch == Opening)
        {
            (await SendFetchAsync([.. _partitions], 0, maxRecords: 0, CancellationToken.None).ConfigureAwait(false))
                ?.Dispose();
            if (_epoch == Opening)
                return;
        }

        Dictionary<SharedPartition, List<(long First, long Last, sbyte Type)>> said = Pending.Take();
        bool isJudged = false;
        try
        {
            ShareAcknowledgeResponse response = await session.SendAsync(
                NewAcknowledgement(said, closes), options.ApiTimeout, CancellationToken.None).ConfigureAwait(false);
            isJudged = Advance(response.ErrorCode, "The acknowledgement");
            foreach (ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse topic in response.Responses)
            {
                foreach (ShareAcknowledgeResponse.PartitionData answer in topic.Partitions)
                    Judge(said, new SharedPartition(topic.TopicId, answer.PartitionIndex), answer.ErrorCode, refused);
            }
        }
        finally
        {
            if (!isJudged)
                Pending.PutBack(said);
        }
    }

    /// <summary>Says again what a partition could not take now, in a session that is opened anew: the partition may be
    /// elsewhere.</summary>
    private void Judge(
        Dictionary<SharedPartition, List<(long First, long Last, sbyte Type)>> said,
        SharedPartition partition,
        ErrorCode error,
        Action<ErrorCode> refused)
    {
        if (ErrorCodes.IsRetriable(error) && said.TryGetValue(
            partition, out List<(long First, long Last, sbyte Type)>? runs))
        {
            _epoch = Opening;
            Pending.PutBack(new() { [partition] = runs });
        }
        else if (error != ErrorCode.None)
        {
            refused(error);
        }
    }

    private ShareAcknowledgeRequest NewAcknowledgement(
        Dictionary<SharedPartition, List<(long First, long Last, sbyte Type)>> said, bool closes) => new()
        {
            GroupId = group,
            MemberId = memberId,
            ShareSessionEpoch = closes ? Closing : _epoch,
            IsRenewAck = said.Values.Any(runs => runs.Any(run => run.Type == PendingAcknowledgements.Renew)),
            Topics = [.. said.GroupBy(partition => partition.Key.TopicId).Select(
                topic => new ShareAcknowledgeRequest.AcknowledgeTopic
                {
                    TopicId = topic.Key,
                    Partitions = [.. topic.Select(partition => new ShareAcknowledgeRequest.AcknowledgePartition
                    {
                        PartitionIndex = partition.Key.Partition,
                        AcknowledgementBatches = [.. partition.Value.Select(
                            run => new ShareAcknowledgeRequest.AcknowledgementBatch
                            {
                                FirstOffset = run.First,
                                LastOffset = run.Last,
                                AcknowledgeTypes = [run.Type],
                            })],
                    })],
                })],
        };

    /// <summary>Goes on with the session, or begins another where the broker does not know it.</summary>
    /// <returns><see langword="false"/> if the request came to nothing, and is to be sent again.</returns>
    private bool Advance(ErrorCode error, string what)
    {
        if (error == ErrorCode.None)
        {
            _epoch = _epoch == int.MaxValue ? 1 : _epoch + 1;
            return true;
        }

        _epoch = Opening;

        // The heartbeats join the group again, where it is they that were missed.
        if (error is ErrorCode.ShareSessionNotFound or ErrorCode.InvalidShareSessionEpoch
            or ErrorCode.UnknownMemberId or ErrorCode.GroupIdNotFound)
        {
            return false;
        }

        throw ClientErrors.Refused(error, what);
    }
}
