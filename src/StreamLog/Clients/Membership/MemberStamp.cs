namespace StreamLog.Clients.Membership;

/// <summary>What a member shows to its group's coordinator, so that nobody commits in the name of one that is
/// gone.</summary>
/// <param name="MemberId">The member's id.</param>
/// <param name="Epoch">The member's epoch, or the generation of the classic protocol.</param>
/// <param name="InstanceId">The id of a static member, or <see langword="null"/>.</param>
internal readonly record struct MemberStamp(string MemberId, int Epoch, string? InstanceId);
