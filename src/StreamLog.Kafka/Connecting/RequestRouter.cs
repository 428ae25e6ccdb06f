using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>Sends each request to the broker that can answer it, a request for several brokers in parts, and joins
/// their answers.</summary>
/// <remarks>Owned by the cluster. Thread-safe.</remarks>
internal sealed class RequestRouter
{
    // As Kafka numbers resources in requests.
    private const sbyte BrokerResource = 4;
    private const sbyte BrokerLoggerResource = 8;

    private readonly ClusterView _view;
    private readonly AnyBroker _anyBroker;
    private readonly ClusterQuestions _questions;

    /// <summary>Creates the router.</summary>
    /// <param name="view">What is known of the cluster.</param>
    /// <param name="anyBroker">Asks what every broker can answer.</param>
    /// <param name="questions">Finds out what is not known.</param>
    public RequestRouter(ClusterView view, AnyBroker anyBroker, ClusterQuestions questions)
    {
        _view = view;
        _anyBroker = anyBroker;
        _questions = questions;
    }

    /// <summary>Sends a request.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="links">The client's links.</param>
    /// <param name="cancellationToken">Takes it back, or stops the wait.</param>
    /// <returns>The response.</returns>
    /// <exception cref="StreamLogException">There is no response at all.</exception>
    public async ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        switch (request)
        {
            case ListGroupsRequest or ListTransactionsRequest or DescribeLogDirsRequest:
                return await AskAllAsync(request, links, cancellationToken).ConfigureAwait(false);
            case MetadataRequest metadata:
                TResponse answer = await _anyBroker.AskAsync(request, links, cancellationToken).ConfigureAwait(false);
                _view.Learn((MetadataResponse)(object)answer, isWhole: metadata.Topics is null);
                return answer;
        }

        RequestTarget[] targets = TargetsOf(request);
        if (targets.Length > 0)
            return await AskBoundAsync(request, targets, links, cancellationToken).ConfigureAwait(false);
        return IsForController(request.ApiKey)
            ? await AskControllerAsync(request, links, cancellationToken).ConfigureAwait(false)
            : await _anyBroker.AskAsync(request, links, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds where the things are that a request has to be sent to certain brokers for.</summary>
    /// <param name="targets">The things.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where they are, in their order: never unknown.</returns>
    /// <exception cref="StreamLogException">Nobody could be asked.</exception>
    public async ValueTask<Destination[]> FindAsync(RequestTarget[] targets, CancellationToken cancellationToken)
    {
        Destination[] found = new Destination[targets.Length];
        List<RequestTarget>? unknown = null;
        for (int i = 0; i < targets.Length; i++)
        {
            found[i] = Find(targets[i], isFresh: false);
            if (found[i].IsUnknown)
                (unknown ??= []).Add(targets[i]);
        }

        if (unknown is null)
            return found;

        Dictionary<RequestTarget, ErrorCode> refused =
            await _questions.AskAsync(unknown, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < targets.Length; i++)
        {
            if (found[i].IsUnknown)
            {
                found[i] = refused.TryGetValue(targets[i], out ErrorCode error)
                    ? Destination.Refused(error)
                    : Find(targets[i], isFresh: true);
            }
        }

        return found;
    }

    /// <summary>Lists what a request has to be sent to certain brokers for.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The things; none where any broker can answer.</returns>
    public static RequestTarget[] TargetsOf<TResponse>(IRequest<TResponse> request)
        where TResponse : class
    {
        if (request is ProduceRequest { TopicData: [{ PartitionData: [{ } only] } topic] })
            return [RequestTarget.OfPartition(topic.Name, topic.TopicId, only.Index)];

        RequestTargetKind? kind = NodeBinding.Of(request.ApiKey);
        bool hasResources = request.ApiKey is ApiKey.DescribeConfigs or ApiKey.AlterConfigs
            or ApiKey.IncrementalAlterConfigs;
        if (kind is null && !hasResources)
            return [];
        return [.. Refusal.Targets(request).Where(target => hasResources
            ? target.ResourceType is BrokerResource or BrokerLoggerResource && target.Name.Length > 0
            : target.Kind == kind && (target.Kind == RequestTargetKind.Partition || target.Name.Length > 0))];
    }

    private async ValueTask<TResponse> AskBoundAsync<TResponse>(
        IRequest<TResponse> request, RequestTarget[] targets, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        List<Part<TResponse>> parts;
        TResponse? answer;
        bool isOrdered = IsOrdered(request.ApiKey);
        if (isOrdered)
            await links.Order.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Destination[] found = await FindAsync(targets, cancellationToken).ConfigureAwait(false);
            (List<(IRequest<TResponse>, BrokerAddress)> asked, answer) = Split(request, targets, found);
            parts = asked.ConvertAll(part => Send(part.Item1, part.Item2, links, cancellationToken));
        }
        finally
        {
            if (isOrdered)
                links.Order.Leave();
        }

        try
        {
            foreach (Part<TResponse> part in parts)
            {
                TResponse more = await AnswerOfAsync(part, parts.Count == 1 && answer is null).ConfigureAwait(false);
                answer = answer is null ? more : Refusal.Merge(request, more, answer);
            }
        }
        catch (OperationCanceledException)
        {
            // The request is the caller's again once none of its parts is being written any more.
            await Task.WhenAll(parts.Select(Task (part) => part.Answer))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        if (AnswerErrors.HasMoved(answer!))
            _view.Doubt(targets);
        return answer!;
    }

    /// <summary>Parts a request by the brokers that it is for.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="request">The request. It is not changed.</param>
    /// <param name="targets">What it has to be sent to certain brokers for.</param>
    /// <param name="found">Where these things are, in their order.</param>
    /// <returns>The parts, the request itself where it is for one broker alone; and the answer to what is nowhere, or
    /// <see langword="null"/>.</returns>
    public static (List<(IRequest<TResponse> Request, BrokerAddress Address)> Parts, TResponse? Refused)
        Split<TResponse>(IRequest<TResponse> request, RequestTarget[] targets, Destination[] found)
        where TResponse : class
    {
        Destination first = found[0];
        if (first.Address is { } only && Array.TrueForAll(found, other => other == first))
            return ([(request, only)], null);

        Dictionary<RequestTarget, Destination> places = [];
        for (int i = 0; i < targets.Length; i++)
            places[targets[i]] = found[i];
        RequestSplit<TResponse> split = Refusal.Split(
            request, target => places.TryGetValue(target, out Destination place) ? place.Error : ErrorCode.None);
        List<(IRequest<TResponse>, BrokerAddress)> parts = [];
        if (split.Admitted is not { } admitted)
            return (parts, split.Refused);

        foreach (BrokerAddress address in found.Select(place => place.Address).OfType<BrokerAddress>().Distinct())
        {
            // What is bound to no broker goes with the first part.
            bool isFirst = parts.Count == 0;
            RequestSplit<TResponse> part = Refusal.Split(admitted, target =>
                (places.TryGetValue(target, out Destination place) ? place.Address == address : isFirst)
                    ? ErrorCode.None
                    : ErrorCode.NotLeaderOrFollower);
            if (part.Admitted is { } asked)
                parts.Add((asked, address));
        }

        return (parts, split.Refused);
    }

    private async ValueTask<TResponse> AnswerOfAsync<TResponse>(Part<TResponse> part, bool isAll)
        where TResponse : class
    {
        try
        {
            return await part.Answer.ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            if (exception.ErrorCode == ErrorCode.NetworkException)
                _view.Doubt(part.Address);
            if (isAll)
                throw;

            // The other parts have an answer, which must not be lost.
            return Refusal.CreateResponse(part.Request, exception.ErrorCode, exception.Message);
        }
    }

    private async ValueTask<TResponse> AskControllerAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (_view.Controller is null)
            await _questions.AskNodesAsync(cancellationToken).ConfigureAwait(false);
        TResponse answer = await AskWhoControlsAsync(request, links, cancellationToken).ConfigureAwait(false);
        if (!AnswerErrors.HasMoved(answer))
            return answer;

        // Once: where nobody controls the cluster now, the caller hears so.
        await _questions.AskNodesAsync(cancellationToken).ConfigureAwait(false);
        return AnswerErrors.IsOfNoController(answer)
            ? await AskWhoControlsAsync(request, links, cancellationToken).ConfigureAwait(false)
            : answer;
    }

    private async ValueTask<TResponse> AskWhoControlsAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (_view.Controller is { } controller)
        {
            try
            {
                return await Send(request, controller, links, cancellationToken).Answer.ConfigureAwait(false);
            }
            catch (BrokerUnreachableException)
            {
                _view.Doubt(controller);
            }
            catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.NetworkException)
            {
                _view.Doubt(controller);
                throw;
            }
        }

        return await _anyBroker.AskAsync(request, links, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TResponse> AskAllAsync<TResponse>(
        IRequest<TResponse> request, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        await _questions.AskNodesAsync(cancellationToken).ConfigureAwait(false);
        Part<TResponse>[] parts =
            [.. _view.Nodes.Select(address => Send(request, address, links, cancellationToken))];

        // A list with a hole in it looks like a whole one, so one broker that fails fails the call.
        TResponse? all = null;
        foreach (Part<TResponse> part in parts)
        {
            TResponse more = await part.Answer.ConfigureAwait(false);
            all = all is null ? more : JoinedLists.Join(all, more);
        }

        return all!;
    }

    private static Part<TResponse> Send<TResponse>(
        IRequest<TResponse> request, BrokerAddress address, ClientLinks links, CancellationToken cancellationToken)
        where TResponse : class
    {
        BrokerLink link = links.Find(address, LaneOf(request.ApiKey));
        return new Part<TResponse>(request, address, LinkPool.SendAsync(request, link, cancellationToken));
    }

    private Destination Find(RequestTarget target, bool isFresh)
    {
        switch (target.Kind)
        {
            case RequestTargetKind.Partition:
                return _view.FindLeader(target, isFresh);
            case RequestTargetKind.ConfigResource:
                if (!int.TryParse(target.Name, out int nodeId))
                    return Destination.Refused(ErrorCode.InvalidRequest);
                return _view.FindNode(nodeId) is { } node ? Destination.To(node)
                    : isFresh ? Destination.Refused(ErrorCode.BrokerNotAvailable)
                    : Destination.Unknown;
            default:
                return _view.FindCoordinator(target) is { } coordinator ? Destination.To(coordinator)
                    : isFresh ? Destination.Refused(ErrorCode.CoordinatorNotAvailable)
                    : Destination.Unknown;
        }
    }

    private static Lane LaneOf(ApiKey apiKey) => apiKey switch
    {
        ApiKey.JoinGroup or ApiKey.SyncGroup => Lane.Join,
        ApiKey.Fetch or ApiKey.ShareFetch or ApiKey.ShareAcknowledge => Lane.Fetch,
        _ => NodeBinding.Of(apiKey) == RequestTargetKind.Group ? Lane.Group : Lane.General,
    };

    // What changes something and may be sent before the last was answered: a producer's batches have numbers that must
    // come in their order, and of two commits of offsets the later one counts. All else, above all what keeps a member
    // in its group, need not wait until it is found where another request goes.
    private static bool IsOrdered(ApiKey apiKey) => apiKey is
        ApiKey.Produce or ApiKey.OffsetCommit or ApiKey.InitProducerId or ApiKey.AddPartitionsToTxn
        or ApiKey.AddOffsetsToTxn or ApiKey.TxnOffsetCommit or ApiKey.EndTxn;

    // Brokers of newer clusters pass these on; those of clusters with ZooKeeper do not.
    private static bool IsForController(ApiKey apiKey) => apiKey is
        ApiKey.CreateTopics or ApiKey.DeleteTopics or ApiKey.CreatePartitions or ApiKey.AlterConfigs
        or ApiKey.IncrementalAlterConfigs or ApiKey.CreateAcls or ApiKey.DeleteAcls or ApiKey.ElectLeaders
        or ApiKey.AlterPartitionReassignments or ApiKey.ListPartitionReassignments or ApiKey.AlterClientQuotas
        or ApiKey.AlterUserScramCredentials or ApiKey.UpdateFeatures or ApiKey.UnregisterBroker;

    private sealed record Part<TResponse>(
        IRequest<TResponse> Request, BrokerAddress Address, Task<TResponse> Answer)
        where TResponse : class;
}
