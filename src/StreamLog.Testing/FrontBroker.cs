using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>What StreamLog's own clients of a fake Kafka speak to: its one broker, or all of several at once.</summary>
/// <remarks>Thread-safe. The engine answers for all brokers. To the faults, and in the record, a request goes to the
/// broker that leads or coordinates what it names, one for several brokers in parts. What any broker can answer goes to
/// none of them.</remarks>
internal sealed class FrontBroker(FakeKafka owner, IBroker engine) : IBroker
{
    private readonly ShareReads _shareReads = new();
    private readonly VersionCap _cap = new();

    /// <inheritdoc/>
    /// <remarks>What all brokers speak.</remarks>
    public IReadOnlyList<ApiVersionRange> SupportedApis =>
        owner.Brokers is { Count: > 0 } brokers ? _cap.CommonTo(brokers) : engine.SupportedApis;

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        if (owner.Brokers is [FakeBroker single])
            return single.SendAsync(request, context, cancellationToken);
        if (VersionCap.Refuse(request.ApiKey, SupportedApis, owner.AllApis) is { } refused)
            return ValueTask.FromException<TResponse>(refused);

        IReadOnlyList<RequestTarget> targets = TargetsOf(request);
        return targets.Count == 0
            ? SendAsync(request, FaultCall.NoBroker, [], context, CancellationToken.None, cancellationToken)
            : PartAsync(request, targets, context, cancellationToken);
    }

    private async ValueTask<TResponse> PartAsync<TResponse>(
        IRequest<TResponse> request,
        IReadOnlyList<RequestTarget> targets,
        RequestContext context,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        Dictionary<RequestTarget, int> places = await owner.FindPlacesAsync(targets).ConfigureAwait(false);
        int[] brokers = [.. places.Values.Distinct().Order()];
        if (brokers is [int only])
        {
            return await SendAsync(request, only, [], context, CancellationToken.None, cancellationToken)
                .ConfigureAwait(false);
        }

        // A session with a queue is one, here: it cannot be parted.
        if (request is ShareFetchRequest or ShareAcknowledgeRequest)
        {
            return await SendAsync(
                request, FaultCall.NoBroker, brokers, context, CancellationToken.None, cancellationToken)
                .ConfigureAwait(false);
        }

        using CancellationTokenSource answered = new();
        List<Task<TResponse>> parts = [];
        foreach (int broker in brokers)
        {
            RequestSplit<TResponse> split = Refusal.Split(request, target =>
                places.TryGetValue(target, out int place) && place != broker
                    ? ErrorCode.NotLeaderOrFollower
                    : ErrorCode.None);
            parts.Add(SendPartAsync(split.Admitted!, broker, context, answered, cancellationToken));
        }

        return await JoinAsync(request, parts).ConfigureAwait(false);
    }

    // Ends no sooner than all parts, which use the request's buffers.
    private static async ValueTask<TResponse> JoinAsync<TResponse>(
        IRequest<TResponse> request, List<Task<TResponse>> parts)
        where TResponse : class
    {
        await ((Task)Task.WhenAll(parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (parts.Find(part => !part.IsCompletedSuccessfully) is { } failed)
        {
            foreach (Task<TResponse> part in parts.Where(part => part.IsCompletedSuccessfully))
                ((await part.ConfigureAwait(false)) as IDisposable)?.Dispose();
            return await failed.ConfigureAwait(false);
        }

        TResponse whole = await parts[0].ConfigureAwait(false);
        foreach (Task<TResponse> part in parts.Skip(1))
            Refusal.Merge(request, whole, await part.ConfigureAwait(false));
        return whole;
    }

    private async Task<TResponse> SendPartAsync<TResponse>(
        IRequest<TResponse> part,
        int broker,
        RequestContext context,
        CancellationTokenSource answered,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        try
        {
            return await SendAsync(part, broker, [], context, answered.Token, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            // The other parts have an answer, which must not be lost.
            return Refusal.CreateResponse(part, exception.ErrorCode, exception.Message);
        }
        finally
        {
            // A read of several brokers waits for records of any.
            await answered.CancelAsync().ConfigureAwait(false);
        }
    }

    private ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request,
        int broker,
        IReadOnlyList<int> all,
        RequestContext context,
        CancellationToken answered,
        CancellationToken cancellationToken)
        where TResponse : class
    {
        FaultCall call = new(broker, request, context, owner.Topics)
        {
            ApiKey = request.ApiKey,
            AllBrokers = all,
            Cancellation = cancellationToken,
        };
        owner.Requests.Add(call, owner.Time.GetUtcNow());
        return owner.Brokers.FirstOrDefault(known => known.IsCutOff && call.IsFor(known.NodeId)) is { } away
            ? ValueTask.FromException<TResponse>(FaultCall.Cut($"The broker {away.NodeId} is cut off."))
            : owner.Faults.SendAsync(
                call,
                request,
                admitted => admitted is FetchRequest { MaxWaitMs: > 0 } && answered.CanBeCanceled
                    ? FakeKafka.PollAsync(engine, admitted, context, answered, cancellationToken)
                    : engine.SendAsync(admitted, context, cancellationToken));
    }

    private IReadOnlyList<RequestTarget> TargetsOf<TResponse>(IRequest<TResponse> request)
        where TResponse : class
    {
        if (NodeBinding.Of(request.ApiKey) is not { } kind)
            return [];

        return request is ShareFetchRequest share
            ? _shareReads.Add(share)
            : [.. Refusal.Targets(request).Where(
                target => target.Kind == kind && (kind == RequestTargetKind.Partition || target.Name.Length > 0))];
    }
}
