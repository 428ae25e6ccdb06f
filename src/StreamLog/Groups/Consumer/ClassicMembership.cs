using StreamLog.Protocol.Messages;

namespace StreamLog.Groups.Consumer;

/// <summary>What a member of a consumer group told as it joined by the classic protocol. Immutable.</summary>
/// <param name="SessionTimeoutMs">How long it may be silent.</param>
/// <param name="Protocols">The assignors that it knows, the dearest first; not empty.</param>
internal sealed record ClassicMembership(
    int SessionTimeoutMs, IReadOnlyList<JoinGroupRequest.JoinGroupRequestProtocol> Protocols)
{
    /// <summary>Gets the assignor that the member is told of. None is used: the coordinator assigns.</summary>
    public string ProtocolName => Protocols[0].Name;

    /// <inheritdoc/>
    public bool Equals(ClassicMembership? other) =>
        other is not null
        && SessionTimeoutMs == other.SessionTimeoutMs
        && Protocols.Count == other.Protocols.Count
        && Protocols.Zip(other.Protocols).All(pair =>
            pair.First.Name == pair.Second.Name
            && pair.First.Metadata.AsSpan().SequenceEqual(pair.Second.Metadata));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SessionTimeoutMs, Protocols.Count);
}
