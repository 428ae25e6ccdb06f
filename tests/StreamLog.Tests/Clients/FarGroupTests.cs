namespace StreamLog.Tests.Clients;

/// <summary>Members of groups over the consumer protocol, whose coordinator does not say when a heartbeat is worth
/// while.</summary>
public sealed class FarGroupTests() : GroupMembershipTests(isClassic: false, isFar: true);
