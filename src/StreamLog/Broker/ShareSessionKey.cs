namespace StreamLog.Broker;

/// <summary>Whose a share session is.</summary>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The member.</param>
internal readonly record struct ShareSessionKey(string Group, string MemberId);
