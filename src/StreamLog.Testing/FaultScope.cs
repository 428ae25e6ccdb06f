using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>Says which requests a fault is for and how often it strikes; what it does comes last, and sets it
/// up.</summary>
/// <remarks>Not thread-safe. Without a word on how often, the fault strikes until it is lifted.</remarks>
public sealed class FaultScope
{
    private readonly FaultPlan _plan;
    private readonly HashSet<ApiKey> _apis;
    private string? _topic;
    private int? _partition;
    private string? _group;
    private string? _transactionalId;
    private string? _clientId;
    private int? _brokerId;
    private Func<object, RequestContext, bool>? _where;
    private long _from = 1;
    private long _count = long.MaxValue;
    private double _probability = 1;

    internal FaultScope(FaultPlan plan, IEnumerable<ApiKey> apis)
    {
        _plan = plan;
        _apis = [.. apis];
    }

    /// <summary>Narrows to requests that name a topic, or ask for the metadata of all while it is there. An error then
    /// falls on that topic alone.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <returns>The same scope.</returns>
    public FaultScope ForTopic(string topic)
    {
        _topic = topic;
        return this;
    }

    /// <summary>Narrows to requests that name a partition. An error then falls on that partition alone.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="partition">The partition's number.</param>
    /// <returns>The same scope.</returns>
    public FaultScope ForPartition(string topic, int partition)
    {
        _topic = topic;
        _partition = partition;
        return this;
    }

    /// <summary>Narrows to requests that name a group. An error then falls on that group alone.</summary>
    /// <param name="group">The group.</param>
    /// <returns>The same scope.</returns>
    public FaultScope ForGroup(string group)
    {
        _group = group;
        return this;
    }

    /// <summary>Narrows to requests that name a transactional id. An error then falls on that id alone.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <returns>The same scope.</returns>
    public FaultScope ForTransactionalId(string transactionalId)
    {
        _transactionalId = transactionalId;
        return this;
    }

    /// <summary>Narrows to the requests of a client.</summary>
    /// <param name="clientId">Its <c>client.id</c>.</param>
    /// <returns>The same scope.</returns>
    public FaultScope ForClient(string clientId)
    {
        _clientId = clientId;
        return this;
    }

    /// <summary>Narrows to the requests that a broker gets.</summary>
    /// <param name="brokerId">The broker's id.</param>
    /// <returns>The same scope.</returns>
    /// <remarks>The clients of <see cref="FakeKafka.Log"/> send what concerns a partition, group or transactional id to
    /// the broker that leads or coordinates it, as all clients do. What any broker can answer they send to none that a
    /// fault is for.</remarks>
    public FaultScope ForBroker(int brokerId)
    {
        _brokerId = brokerId;
        return this;
    }

    /// <summary>Narrows to requests of which something else is true.</summary>
    /// <param name="condition">Is given the request. It must not change it, nor wait.</param>
    /// <returns>The same scope.</returns>
    public FaultScope Where(Func<object, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Where((request, _) => condition(request));
    }

    /// <summary>Narrows to requests of which something else is true, by who sends them: a part of the
    /// <c>client.id</c>, a principal, an address.</summary>
    /// <param name="condition">Is given the request and its sender. It must not change them, nor wait.</param>
    /// <returns>The same scope.</returns>
    public FaultScope Where(Func<object, RequestContext, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _where = condition;
        return this;
    }

    /// <summary>Strikes the first request alone.</summary>
    /// <returns>The same scope.</returns>
    public FaultScope Once() => Times(1);

    /// <summary>Strikes the first requests.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The same scope.</returns>
    public FaultScope Times(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        _count = count;
        return this;
    }

    /// <summary>Lets requests pass before the first that is struck; with nothing else said that one alone is.</summary>
    /// <param name="number">The number of that request: 1 is the first.</param>
    /// <returns>The same scope.</returns>
    public FaultScope OnCall(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        _from = number;
        if (_count == long.MaxValue)
            _count = 1;
        return this;
    }

    /// <summary>Strikes some requests, by chance.</summary>
    /// <param name="probability">How many, from 0 for none to 1 for all. The seed of the options decides which.</param>
    /// <returns>The same scope.</returns>
    public FaultScope WithProbability(double probability)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        _probability = probability;
        return this;
    }

    /// <summary>Answers with an error, and does nothing else: where the scope names a topic, partition, group or
    /// transactional id, for that alone, while the rest of the request is done.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Fail(ErrorCode error)
    {
        if (!NamesParts)
            return FailRequest(error);

        FailPartsEffect parts = new(error, MatchesTarget);
        FailOneOfAllEffect? oneOfAll = _topic is null ? null : new FailOneOfAllEffect(error, _topic);
        return Add(request => request is MetadataRequest { Topics: null } ? oneOfAll : parts);
    }

    /// <summary>Answers the request as a whole with an error, whatever the scope names.</summary>
    /// <param name="error">The error.</param>
    /// <param name="message">What is wrong in words, for the APIs that have a place for them.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault FailRequest(ErrorCode error, string? message = null) => Add(new FailEffect(error, message));

    /// <summary>Has requests wait before they are taken.</summary>
    /// <param name="delay">How long.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Delay(TimeSpan delay) => Add(new DelayEffect(delay, _plan.Time, isAfter: false));

    /// <summary>Does what requests ask, and has their answers wait.</summary>
    /// <param name="delay">How long.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault DelayAnswer(TimeSpan delay) => Add(new DelayEffect(delay, _plan.Time, isAfter: true));

    /// <summary>Closes the connection before the request is taken: it has no effect. A client in this process gets a
    /// <see cref="StreamLogException"/> of <see cref="ErrorCode.NetworkException"/>.</summary>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Disconnect() => Add(new DisconnectEffect(isAfter: false));

    /// <summary>Closes the connection after the request is done: the client cannot know whether it was.</summary>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault DisconnectAfter() => Add(new DisconnectEffect(isAfter: true));

    /// <summary>Takes requests and never answers, nor does what they ask: a black hole. When the fault is lifted their
    /// connections are closed.</summary>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Swallow() => Add(new SwallowEffect(isAfter: false));

    /// <summary>Does what requests ask and never answers. When the fault is lifted their connections are
    /// closed.</summary>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault SwallowAnswer() => Add(new SwallowEffect(isAfter: true));

    /// <summary>Answers in the broker's place.</summary>
    /// <typeparam name="TRequest">The request, of the scope's API.</typeparam>
    /// <typeparam name="TResponse">Its response.</typeparam>
    /// <param name="answer">Makes the answer, or <see langword="null"/> where the request is to go on, to the faults
    /// after this one and the broker: it has not been struck then. It must not change the request, nor wait.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Answer<TRequest, TResponse>(Func<TRequest, TResponse?> answer)
        where TRequest : class, IRequest<TResponse>
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(request =>
            request is TRequest mine && answer(mine) is { } made ? new AnswerEffect(made) : null);
    }

    /// <summary>Changes the broker's answers. Requests with answers of another type are not struck.</summary>
    /// <typeparam name="TResponse">The response of the scope's API.</typeparam>
    /// <param name="change">Changes an answer.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Change<TResponse>(Action<TResponse> change)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(change);
        ChangeEffect effect = new(response => change((TResponse)response));
        return Add(request => request is IRequest<TResponse> ? effect : null);
    }

    /// <summary>Tells clients that they are held back by a quota.</summary>
    /// <param name="time">For how long.</param>
    /// <returns>The fault, which holds from now on.</returns>
    public Fault Throttle(TimeSpan time) => Add(new ChangeEffect(response =>
    {
        if (response is IThrottledResponse throttled)
            throttled.ThrottleTimeMs = Math.Max(throttled.ThrottleTimeMs, (int)time.TotalMilliseconds);
    }));

    /// <summary>Holds requests before they are taken until the test lets them go.</summary>
    /// <returns>The barrier that they wait at.</returns>
    public FaultBarrier Hold() => Hold(isAfter: false);

    /// <summary>Does what requests ask, and holds their answers until the test lets them go.</summary>
    /// <returns>The barrier that they wait at.</returns>
    public FaultBarrier HoldAnswer() => Hold(isAfter: true);

    internal (long From, long Count, double Probability) Trigger => (_from, _count, _probability);

    private bool NamesParts => _topic is not null || _group is not null || _transactionalId is not null;

    internal bool Matches(FaultCall call) =>
        (_apis.Count == 0 || _apis.Contains(call.ApiKey))
        && (_brokerId is not { } brokerId || call.IsFor(brokerId))
        && (_clientId is null || _clientId == call.Context.ClientId)
        && (_group is null || call.Targets.Any(target => IsGroup(target)))
        && (_transactionalId is null || call.Targets.Any(target => IsTransaction(target)))
        && (_topic is null || call.IsAboutAllWith(_topic) || call.Targets.Any(target => IsPart(call, target)))
        && (_where is null || _where(call.Request, call.Context));

    // An error falls on the smallest thing that the scope names.
    private bool MatchesTarget(FaultCall call, RequestTarget target) =>
        _topic is not null ? IsPart(call, target)
        : _group is not null ? IsGroup(target)
        : IsTransaction(target);

    private bool IsGroup(RequestTarget target) =>
        target.Kind == RequestTargetKind.Group && target.Name == _group;

    private bool IsTransaction(RequestTarget target) =>
        target.Kind == RequestTargetKind.TransactionalId && target.Name == _transactionalId;

    private bool IsPart(FaultCall call, RequestTarget target) =>
        target.Kind is RequestTargetKind.Topic or RequestTargetKind.Partition
        && (_partition is null || target.Kind == RequestTargetKind.Topic || target.Partition == _partition)
        && call.TopicOf(target) == _topic;

    private FaultBarrier Hold(bool isAfter)
    {
        HoldEffect effect = new(isAfter);
        return new FaultBarrier(Add(effect), effect);
    }

    private Fault Add(FaultEffect effect) => Add(_ => effect);

    private Fault Add(Func<object, FaultEffect?> effectOn) => _plan.Add(new Fault(_plan, this, effectOn));
}
