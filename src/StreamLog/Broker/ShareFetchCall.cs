namespace StreamLog.Broker;

/// <summary>What a member of a share group wants of a fetch. Immutable.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The member.</param>
/// <param name="MaxBytes">How many bytes it wants at most.</param>
/// <param name="MaxRecords">How many records.</param>
/// <param name="LockDurationMs">For how long it has them, in milliseconds.</param>
/// <param name="ReadsCommitted">Whether it reads nothing of open transactions.</param>
internal sealed record ShareFetchCall(
    string Group, string MemberId, int MaxBytes, int MaxRecords, int LockDurationMs, bool ReadsCommitted);
