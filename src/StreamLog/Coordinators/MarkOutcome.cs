namespace StreamLog.Coordinators;

/// <summary>What came of a mark that ends a transaction.</summary>
/// <param name="Error">Why it is not written, or None once it is committed.</param>
internal sealed record MarkOutcome(ErrorCode Error);
