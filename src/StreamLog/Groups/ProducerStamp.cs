namespace StreamLog.Groups;

/// <summary>Whose transaction an offset is committed in.</summary>
/// <param name="ProducerId">The producer.</param>
/// <param name="ProducerEpoch">Its epoch.</param>
/// <param name="VerifiedAt">The mark that had ended its last transaction in the partition of
/// <c>__consumer_offsets</c> when this one was verified.</param>
internal sealed record ProducerStamp(long ProducerId, short ProducerEpoch, long VerifiedAt);
