namespace StreamLog.Tests.Clients;

/// <summary>Members of groups over the classic protocol, at the other end of a wire.</summary>
public sealed class FarClassicGroupTests() : GroupMembershipTests(isClassic: true, isFar: true);
