using StreamLog.Protocol.Messages;

namespace StreamLog.Metadata;

/// <summary>What the controller makes of a request: the records to commit, and the response that holds once they
/// are.</summary>
/// <typeparam name="TResponse">The response.</typeparam>
/// <param name="Records">The records of one batch: all of them are committed, or none. May be empty.</param>
/// <param name="Response">The response.</param>
internal readonly record struct Decision<TResponse>(IReadOnlyList<IMetadataRecord> Records, TResponse Response);
