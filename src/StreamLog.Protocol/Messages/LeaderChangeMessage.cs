namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  directory ids of the voters

/// <summary>A leader of the quorum takes office. It is the first record of its epoch.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 1, FlexibleFrom = 0)]
public sealed partial class LeaderChangeMessage
{
    /// <summary>Gets or sets the version of the record.</summary>
    [Field("0+")]
    public short Version { get; set; }

    /// <summary>Gets or sets the node that leads, or -1 for none.</summary>
    [Field("0+")]
    public int LeaderId { get; set; }

    /// <summary>Gets or sets the voters of the quorum.</summary>
    [Field("0+")]
    public List<Voter> Voters { get; set; } = [];

    /// <summary>Gets or sets the voters that voted for the leader.</summary>
    [Field("0+")]
    public List<Voter> GrantingVoters { get; set; } = [];

    /// <summary>One voter of the quorum.</summary>
    public sealed partial class Voter
    {
        /// <summary>Gets or sets the voter's node id.</summary>
        [Field("0+")]
        public int VoterId { get; set; }

        /// <summary>Gets or sets the id of the voter's directory.</summary>
        [Field("1+")]
        public Guid VoterDirectoryId { get; set; }
    }
}
