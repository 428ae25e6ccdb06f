namespace StreamLog.Storage;

/// <summary>Whether a producer's batch may be appended.</summary>
/// <param name="ErrorCode">Why not, or None.</param>
/// <param name="Message">The fact and what can be done, or <see langword="null"/>.</param>
/// <param name="Duplicate">The batch that it repeats, or <see langword="null"/>.</param>
internal readonly record struct ProducerVerdict(ErrorCode ErrorCode, string? Message, ProducerBatch? Duplicate);
