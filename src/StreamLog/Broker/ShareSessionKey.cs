using StreamLog.Protocol;

namespace StreamLog.Broker;

/// <summary>Whose a share session is.</summary>
/// <param name="Connection">The connection that opened it.</param>
/// <param name="Group">The group.</param>
/// <param name="MemberId">The member.</param>
internal readonly record struct ShareSessionKey(RequestSession Connection, string Group, string MemberId);
