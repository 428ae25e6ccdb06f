namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>The voters of the quorum are these.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class VotersRecord
{
    /// <summary>Gets or sets the version of the record.</summary>
    [Field("0+")]
    public short Version { get; set; }

    /// <summary>Gets or sets the voters of the quorum.</summary>
    [Field("0+")]
    public List<Voter> Voters { get; set; } = [];

    /// <summary>One voter of the quorum.</summary>
    public sealed partial class Voter
    {
        /// <summary>Gets or sets the voter's node id.</summary>
        [Field("0+")]
        public int VoterId { get; set; }

        /// <summary>Gets or sets the id of the voter's directory.</summary>
        [Field("0+")]
        public Guid VoterDirectoryId { get; set; }

        /// <summary>Gets or sets where to reach the voter.</summary>
        [Field("0+")]
        public List<Endpoint> Endpoints { get; set; } = [];

        /// <summary>Gets or sets the versions of the quorum protocol that the voter supports.</summary>
        [Field("0+")]
        public KRaftVersionFeature KRaftVersionFeature { get; set; } = new();
    }

    /// <summary>Where to reach a voter.</summary>
    public sealed partial class Endpoint
    {
        /// <summary>Gets or sets the name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets the host name.</summary>
        [Field("0+")]
        public string Host { get; set; } = "";

        /// <summary>Gets or sets the port.</summary>
        [Field("0+")]
        public ushort Port { get; set; }
    }

    /// <summary>The versions of the quorum protocol that a voter supports.</summary>
    public sealed partial class KRaftVersionFeature
    {
        /// <summary>Gets or sets the lowest level supported.</summary>
        [Field("0+")]
        public short MinSupportedVersion { get; set; }

        /// <summary>Gets or sets the highest level supported.</summary>
        [Field("0+")]
        public short MaxSupportedVersion { get; set; }
    }
}
