using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Testing.Faults;

/// <summary>One request on its way to a broker, as faults see it.</summary>
/// <remarks>Belongs to the request's caller; not thread-safe.</remarks>
/// <param name="brokerId">The broker.</param>
/// <param name="request">The request.</param>
/// <param name="context">Who sends it.</param>
/// <param name="nameOf">Tells the name of a topic by its id.</param>
internal sealed class FaultCall(
    int brokerId, object request, RequestContext context, Func<Guid, string?> nameOf)
{
    private IReadOnlyList<RequestTarget>? _targets;

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

    /// <summary>Gets what the request names.</summary>
    public IReadOnlyList<RequestTarget> Targets => _targets ??= Refusal.Targets(Request);

    /// <summary>Makes the way of what is left of the request.</summary>
    public FaultCall For(object left) => ReferenceEquals(left, Request)
        ? this
        : new FaultCall(BrokerId, left, Context, nameOf)
        {
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
        target.Name.Length > 0 ? target.Name : nameOf(target.TopicId);

    /// <summary>Makes what ends a connection, and what clients in this process see in place of that.</summary>
    public static StreamLogException Cut(string why) => new(ErrorCode.NetworkException, why);
}
