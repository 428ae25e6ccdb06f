using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Protocol.Wire;

namespace StreamLog.Quorum;

/// <summary>Builds the batches of the metadata log. Stateless.</summary>
internal static class QuorumBatches
{
    /// <summary>Builds the batch of one change.</summary>
    /// <param name="records">The records.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    /// <exception cref="StreamLogException">The records are too large together.</exception>
    public static RecordBuffer Build(IReadOnlyList<ReadOnlyMemory<byte>> records, long timestamp)
    {
        using RecordBatchBuilder builder = new(SingleVoterQuorum.BatchBytesMax);
        foreach (ReadOnlyMemory<byte> record in records)
        {
            if (!builder.TryAppend(timestamp, key: default, hasKey: false, record.Span, hasValue: true, headers: null))
            {
                throw new StreamLogException(
                    ErrorCode.RecordListTooLarge,
                    $"One change of metadata has at most {SingleVoterQuorum.BatchBytesMax} bytes. Ask for less at " +
                    "once.");
            }
        }

        return builder.Build();
    }

    /// <summary>Builds the batch that a term of this node begins with.</summary>
    /// <param name="nodeId">The node.</param>
    /// <param name="directoryId">Its data directory.</param>
    /// <param name="timestamp">The time, in Unix milliseconds.</param>
    /// <returns>The batch. The caller disposes it.</returns>
    public static RecordBuffer BuildLeaderChange(int nodeId, Guid directoryId, long timestamp)
    {
        const short MessageVersion = 1;

        LeaderChangeMessage message = new() { Version = MessageVersion, LeaderId = nodeId };
        message.Voters.Add(new LeaderChangeMessage.Voter { VoterId = nodeId, VoterDirectoryId = directoryId });
        message.GrantingVoters.Add(
            new LeaderChangeMessage.Voter { VoterId = nodeId, VoterDirectoryId = directoryId });
        WireWriter writer = new(128);
        try
        {
            message.Write(ref writer, MessageVersion);
            return ControlRecords.BuildLeaderChange(writer.Written, timestamp);
        }
        finally
        {
            writer.Dispose();
        }
    }
}
