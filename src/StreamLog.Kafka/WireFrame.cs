using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka;

/// <summary>One request or response on the wire.</summary>
/// <param name="NodeId">The node whose listener it is.</param>
/// <param name="Context">Who asks.</param>
/// <param name="Header">The header of the request.</param>
/// <param name="Bytes">The bytes. They are valid until the call that hands them over completes.</param>
public readonly record struct WireFrame(
    int NodeId, RequestContext Context, RequestHeader Header, ReadOnlyMemory<byte> Bytes);
