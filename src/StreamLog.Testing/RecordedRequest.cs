using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;
using StreamLog.Testing.Faults;

namespace StreamLog.Testing;

/// <summary>A request that a broker of a fake Kafka got.</summary>
/// <remarks>Immutable and thread-safe, but for <see cref="Request"/>. A fetch in a session is recorded with all that
/// its client reads.</remarks>
public sealed class RecordedRequest
{
    internal RecordedRequest(long number, FaultCall call, DateTimeOffset at)
    {
        Number = number;
        BrokerId = call.BrokerId;
        ApiKey = call.ApiKey;
        Request = call.Request;
        Context = call.Context;
        At = at;
        Targets = call.Targets;
    }

    /// <summary>Gets the request's number: the first one is 1.</summary>
    public long Number { get; }

    /// <summary>Gets the broker that got it.</summary>
    public int BrokerId { get; }

    /// <summary>Gets the API.</summary>
    public ApiKey ApiKey { get; }

    /// <summary>Gets what the request names: topics, partitions, groups and the like.
    /// A topic that it names by its id alone has its name here, as long as there is one.</summary>
    public IReadOnlyList<RequestTarget> Targets { get; }

    /// <summary>Gets the request itself, to read and not to change. Its record buffers are gone once it is answered,
    /// and a client in this process may have used the object for another request since.</summary>
    public object Request { get; }

    /// <summary>Gets who sent it.</summary>
    public RequestContext Context { get; }

    /// <summary>Gets the client's name for itself, or <see langword="null"/>.</summary>
    public string? ClientId => Context.ClientId;

    /// <summary>Gets when it came, by the fake's clock.</summary>
    public DateTimeOffset At { get; }

    /// <inheritdoc/>
    public override string ToString() => $"#{Number} {ApiKey} to broker {BrokerId} from '{ClientId}'";
}
