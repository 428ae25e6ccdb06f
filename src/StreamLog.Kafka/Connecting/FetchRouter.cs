using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>Reads from several brokers at once: whichever has records answers, and the others go on waiting for the
/// next request of the same client.</summary>
/// <remarks>Owned by the cluster. Thread-safe.</remarks>
internal sealed class FetchRouter
{
    private const int NoSession = -1;

    private readonly RequestRouter _router;
    private readonly ClusterView _view;

    /// <summary>Creates it.</summary>
    /// <param name="router">Finds the leaders.</param>
    /// <param name="view">Is told of leaders that are none.</param>
    public FetchRouter(RequestRouter router, ClusterView view)
    {
        _router = router;
        _view = view;
    }

    /// <summary>Reads.</summary>
    /// <param name="request">What. Sessions (KIP-227) are one broker's matter, so none is begun.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Stops the wait. What comes then is kept for the next request.</param>
    /// <returns>What there is: of a partition whose broker has not answered yet there is nothing in it.</returns>
    /// <exception cref="StreamLogException">No broker could be asked.</exception>
    public async ValueTask<FetchResponse> SendAsync(
        FetchRequest request, ClientLinks links, CancellationToken cancellationToken)
    {
        if (request.SessionId != 0)
            return Refusal.CreateResponse(request, ErrorCode.FetchSessionIdNotFound);

        RequestTarget[] targets = RequestRouter.TargetsOf(request);
        if (targets.Length == 0)
            return new FetchResponse();

        Destination[] found = await _router.FindAsync(targets, cancellationToken).ConfigureAwait(false);
        (List<(IRequest<FetchResponse> Request, BrokerAddress Address)> parts, FetchResponse? refused) =
            RequestRouter.Split(request, targets, found);
        Reading[] readings = [.. parts.Select(
            part => new Reading(ForOne((FetchRequest)part.Request, parts.Count), part.Address))];
        FetchResponse answer = refused ?? new FetchResponse();
        try
        {
            await ReadAsync(readings, answer, links, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            answer.Dispose();
            throw;
        }

        if (answer.Responses.Exists(static topic =>
            topic.Partitions.Exists(static partition => AnswerErrors.IsMove(partition.ErrorCode))))
        {
            _view.Doubt(targets);
        }

        return answer;
    }

    // Until there is something, or every broker has said that there is nothing.
    private async ValueTask ReadAsync(
        Reading[] readings, FetchResponse answer, ClientLinks links, CancellationToken cancellationToken)
    {
        List<PendingFetch> waiting = [];
        while (Array.Exists(readings, static reading => reading.Wanted.Count > 0))
        {
            waiting.Clear();
            foreach (Reading reading in readings)
            {
                if (reading.Wanted.Count > 0)
                    links.Fetches.Gather(reading.Address, reading.Request, reading.Wanted, Send(reading), waiting);
            }

            bool hasNews = HasNews(answer);
            if (!hasNews && !waiting.Exists(static pending => pending.Answer.IsCompleted))
            {
                await Task.WhenAny(waiting.Select(static pending => pending.Answer)).WaitAsync(cancellationToken)
                    .ConfigureAwait(false);
            }

            foreach (PendingFetch pending in waiting)
            {
                Reading reading = Array.Find(readings, one => one.Address == pending.Address)!;
                if (pending.Answer.IsCompleted && links.Fetches.TryTake(pending))
                    await TakeAsync(pending, reading, answer, isOnly: readings.Length == 1).ConfigureAwait(false);
            }

            if (hasNews || HasNews(answer))
                return;
        }

        Func<FetchRequest, Lane, Task<FetchResponse>> Send(Reading reading) => (request, lane) =>
            LinkPool.SendAsync(request, links.Find(reading.Address, lane), CancellationToken.None);
    }

    private async ValueTask TakeAsync(PendingFetch pending, Reading reading, FetchResponse answer, bool isOnly)
    {
        FetchResponse more;
        try
        {
            more = await pending.Answer.ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            _view.Doubt(pending.Address);
            bool isOwn = pending.Positions.Overlaps(reading.Wanted);
            if (isOwn && isOnly)
                throw;
            if (isOwn)
                Refuse(pending, reading, answer, exception.ErrorCode);
            return;
        }

        if (more.ErrorCode != ErrorCode.None)
        {
            more.Dispose();
            Refuse(pending, reading, answer, more.ErrorCode);
            return;
        }

        pending.Keep(more, reading.Wanted);
        reading.Wanted.ExceptWith(pending.Positions);
        answer.ThrottleTimeMs = Math.Max(answer.ThrottleTimeMs, more.ThrottleTimeMs);
        Refusal.Merge(pending.Asked, answer, more);
    }

    // The other brokers' answers stay what they are.
    private static void Refuse(PendingFetch pending, Reading reading, FetchResponse answer, ErrorCode error)
    {
        FetchResponse refused = Refusal.CreateResponse(pending.Asked, error);
        pending.Keep(refused, reading.Wanted);
        reading.Wanted.ExceptWith(pending.Positions);
        Refusal.Merge(pending.Asked, answer, refused);
    }

    private static bool HasNews(FetchResponse response) => response.Responses.Exists(
        static topic => topic.Partitions.Exists(
            static partition => partition.ErrorCode != ErrorCode.None || partition.Records is { Length: > 0 }));

    private static FetchRequest ForOne(FetchRequest request, int parts)
    {
        if (parts == 1 && request.SessionEpoch == NoSession)
            return request;

        FetchRequest one = request.WithoutSession();
        one.MaxBytes = Math.Max(1, request.MaxBytes / parts); // All together keep within the limit.
        return one;
    }

    private sealed class Reading(FetchRequest request, BrokerAddress address)
    {
        public FetchRequest Request { get; } = request;

        public BrokerAddress Address { get; } = address;

        public HashSet<FetchPosition> Wanted { get; } = FetchPosition.Of(request);
    }
}
