namespace StreamLog.Quorum;

/// <summary>What a voter must remember of elections, whatever happens.</summary>
/// <param name="LeaderId">The leader of the epoch, or -1.</param>
/// <param name="LeaderEpoch">The epoch.</param>
/// <param name="VotedId">Whom this voter has voted for in the epoch, or -1.</param>
/// <param name="VotedDirectoryId">The directory of that voter.</param>
internal sealed record QuorumState(int LeaderId, int LeaderEpoch, int VotedId, Guid VotedDirectoryId);
