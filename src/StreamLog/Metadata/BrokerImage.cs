namespace StreamLog.Metadata;

/// <summary>One node, as the metadata log has it. Immutable.</summary>
/// <param name="NodeId">The node's id.</param>
/// <param name="IncarnationId">A new one at each start of the process.</param>
/// <param name="BrokerEpoch">The number of the registration. It only rises.</param>
internal sealed record BrokerImage(int NodeId, Guid IncarnationId, long BrokerEpoch);
