using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Connecting;

/// <summary>Finds out where things are, over connections of its own: those of clients may be waiting for
/// something.</summary>
/// <remarks>Owned by the cluster. Thread-safe.</remarks>
internal sealed class ClusterQuestions
{
    // As Kafka numbers what a coordinator is looked for.
    private const sbyte GroupKey = 0;
    private const sbyte TransactionKey = 1;

    private readonly ClusterView _view;
    private readonly AnyBroker _anyBroker;
    private readonly ClientLinks _links;

    /// <summary>Creates it.</summary>
    /// <param name="view">What learns from the answers.</param>
    /// <param name="anyBroker">Asks what every broker can answer.</param>
    /// <param name="links">Its own links.</param>
    public ClusterQuestions(ClusterView view, AnyBroker anyBroker, ClientLinks links)
    {
        _view = view;
        _anyBroker = anyBroker;
        _links = links;
    }

    /// <summary>Asks where things are.</summary>
    /// <param name="targets">The things.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was refused; of the rest the view has learnt.</returns>
    /// <exception cref="StreamLogException">Nobody could be asked.</exception>
    public async ValueTask<Dictionary<RequestTarget, ErrorCode>> AskAsync(
        List<RequestTarget> targets, CancellationToken cancellationToken)
    {
        Dictionary<RequestTarget, ErrorCode> refused = [];
        string[] names = [.. Of(RequestTargetKind.Partition).Select(target => target.Name)
            .Where(name => name.Length > 0).Distinct()];
        Guid[] ids = [.. Of(RequestTargetKind.Partition).Where(target => target.Name.Length == 0)
            .Select(target => target.TopicId).Distinct()];
        if (names.Length > 0)
            await AskTopicsAsync([.. names.Select(Named)], cancellationToken).ConfigureAwait(false);
        if (ids.Length > 0)
            await AskTopicsAsync([.. ids.Select(Identified)], cancellationToken).ConfigureAwait(false);
        if (Of(RequestTargetKind.ConfigResource).Any())
            await AskNodesAsync(cancellationToken).ConfigureAwait(false);
        await AskAsync(GroupKey, [.. Of(RequestTargetKind.Group).Distinct()], refused, cancellationToken)
            .ConfigureAwait(false);
        await AskAsync(
            TransactionKey, [.. Of(RequestTargetKind.TransactionalId).Distinct()], refused, cancellationToken)
            .ConfigureAwait(false);
        return refused;

        IEnumerable<RequestTarget> Of(RequestTargetKind kind) => targets.Where(target => target.Kind == kind);
    }

    /// <summary>Asks which nodes there are.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when the view has learnt it.</returns>
    /// <exception cref="StreamLogException">Nobody could be asked.</exception>
    public ValueTask AskNodesAsync(CancellationToken cancellationToken) => AskTopicsAsync([], cancellationToken);

    private async ValueTask AskTopicsAsync(
        List<MetadataRequest.MetadataRequestTopic> topics, CancellationToken cancellationToken)
    {
        MetadataRequest request = new() { Topics = topics, AllowAutoTopicCreation = false };
        MetadataResponse response = await PutAsync(request, cancellationToken).ConfigureAwait(false);
        _view.Learn(response, isWhole: false);
    }

    // A question changes nothing: where its connection is lost it is put once more, perhaps to another broker.
    private async ValueTask<TResponse> PutAsync<TResponse>(
        IRequest<TResponse> question, CancellationToken cancellationToken)
        where TResponse : class
    {
        try
        {
            return await _anyBroker.AskAsync(question, _links, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException lost) when (
            lost is { ErrorCode: ErrorCode.NetworkException, IsOutcomeUnknown: true })
        {
            return await _anyBroker.AskAsync(question, _links, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask AskAsync(
        sbyte keyType,
        RequestTarget[] targets,
        Dictionary<RequestTarget, ErrorCode> refused,
        CancellationToken cancellationToken)
    {
        if (targets.Length == 0)
            return;

        try
        {
            FindCoordinatorRequest request = new()
            {
                KeyType = keyType,
                CoordinatorKeys = [.. targets.Select(target => target.Name)],
            };
            FindCoordinatorResponse response = await PutAsync(request, cancellationToken).ConfigureAwait(false);
            foreach (RequestTarget target in targets)
                Learn(target, response, refused);
        }
        catch (StreamLogException exception) when (
            exception.ErrorCode == ErrorCode.UnsupportedVersion && targets.Length > 1)
        {
            // Older brokers are asked for one at a time.
            foreach (RequestTarget target in targets)
                await AskAsync(keyType, [target], refused, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Learn(
        RequestTarget target, FindCoordinatorResponse response, Dictionary<RequestTarget, ErrorCode> refused)
    {
        foreach (FindCoordinatorResponse.Coordinator coordinator in response.Coordinators)
        {
            if (coordinator.Key != target.Name)
                continue;
            if (coordinator.ErrorCode == ErrorCode.None)
                _view.LearnCoordinator(target, new BrokerAddress(coordinator.Host, coordinator.Port));
            else
                refused[target] = coordinator.ErrorCode;
            return;
        }

        refused[target] = ErrorCode.CoordinatorNotAvailable;
    }

    private static MetadataRequest.MetadataRequestTopic Named(string name) => new() { Name = name };

    private static MetadataRequest.MetadataRequestTopic Identified(Guid id) => new() { TopicId = id, Name = null };
}
