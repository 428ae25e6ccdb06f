using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Testing.Faults;

/// <summary>One request on its way to a broker, as faults see it.</summary>
/// <remarks>Belongs to the request's caller; not thread-safe.</remarks>
/// <param name="brokerId">The broker.</param>
/// <param name="request">The request.</param>
/// <param name="context">Who sends it.</param>
/// <param name="topics">Tells of the topics that there are.</param>
internal sealed class FaultCall(int brokerId, object request, RequestContext context, IFaultTopics topics)
{
    private IReadOnlyList<RequestTarget>? _targets;

    // Which of all topics were refused, where the request names none.
    private HashSet<string> _refused = [];

    /// <summary>Stands for no certain broker.</summary>
    public const int NoBroker = -1;

    /// <summary>Gets the broker, or <see cref="NoBroker"/>.</summary>
    public int BrokerId { get; } = brokerId;

    /// <summary>Gets the brokers that a request is for as a whole which cannot be parted.</summary>
    public IReadOnlyList<int> AllBrokers { get; init; } = [];

    public required ApiKey ApiKey { get; init; }

    public object Request { get; } = request;

    public RequestContext Context { get; } = context;

    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets what the request names, topics by their names too where it names them by their ids.</summary>
    public IReadOnlyList<RequestTarget> Targets =>
        _targets ??= [.. Refusal.Targets(Request).Select(WithName)];

    /// <summary>Makes the way of what is left of the request.</summary>
    public FaultCall For(object left) => ReferenceEquals(left, Request)
        ? this
        : new FaultCall(BrokerId, left, Context, topics)
        {
            _refused = _refused,
            ApiKey = ApiKey,
            AllBrokers = AllBrokers,
            Cancellation = Cancellation,
        };

    /// <summary>Tells whether a broker gets the request.</summary>
    public bool IsFor(int brokerId) => BrokerId == brokerId || AllBrokers.Contains(brokerId);

    /// <summary>Gets whether the client is at the other end of a socket, and goes by the system's clock.</summary>
    public bool IsRemote => Context.ListenerName.Length > 0;

    /// <summary>Tells the name of a topic that is named by its name or by its id.</summary>
    public string? TopicOf(RequestTarget target) =>
        target.Name.Length > 0 ? target.Name : topics.NameOf(target.TopicId);

    /// <summary>Tells whether the request is about all topics without naming them, and a certain one is among
    /// them.</summary>
    public bool IsAboutAllWith(string topic) =>
        Request is MetadataRequest { Topics: null } && !_refused.Contains(topic) && topics.Has(topic);

    /// <summary>Takes a topic from those that the request is about without naming them.</summary>
    public void Refuse(string topic) => _refused.Add(topic);

    private RequestTarget WithName(RequestTarget target) =>
        target.Name.Length > 0 || target.TopicId == Guid.Empty || TopicOf(target) is not { } name ? target
        : target.Kind == RequestTargetKind.Partition
            ? RequestTarget.OfPartition(name, target.TopicId, target.Partition)
            : RequestTarget.OfTopic(name, target.TopicId);

    /// <summary>Makes what ends a connection, and what clients in this process see in place of that.</summary>
    public static StreamLogException Cut(string why) => new(ErrorCode.NetworkException, why);
}
