namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  rebalance timeout
//   2  time of the last change of state
//   3  static members
//   4  flexible

/// <summary>The value of a classic group in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 4, FlexibleFrom = 4)]
public sealed partial class GroupMetadataValue
{
    /// <summary>Gets or sets the kind of the group, <c>consumer</c> for consumers.</summary>
    [Field("0+")]
    public string ProtocolType { get; set; } = "";

    /// <summary>Gets or sets the group's generation.</summary>
    [Field("0+")]
    public int Generation { get; set; }

    /// <summary>Gets or sets the assignor's name, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? Protocol { get; set; } = "";

    /// <summary>Gets or sets the member that assigns, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? Leader { get; set; } = "";

    /// <summary>Gets or sets when the group came into its state, in milliseconds since 1970, or -1.</summary>
    [Field("2+", Ignorable = true)]
    public long CurrentStateTimestamp { get; set; } = -1;

    /// <summary>Gets or sets the members.</summary>
    [Field("0+")]
    public List<MemberMetadata> Members { get; set; } = [];

    /// <summary>One member of the group.</summary>
    public sealed partial class MemberMetadata
    {
        /// <summary>Gets or sets the member's id.</summary>
        [Field("0+")]
        public string MemberId { get; set; } = "";

        /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
        [Field("3+", NullableFrom = 3, Ignorable = true)]
        public string? GroupInstanceId { get; set; }

        /// <summary>Gets or sets the client's id.</summary>
        [Field("0+")]
        public string ClientId { get; set; } = "";

        /// <summary>Gets or sets the client's address.</summary>
        [Field("0+")]
        public string ClientHost { get; set; } = "";

        /// <summary>Gets or sets how long the member may take to join again, in milliseconds, or -1.</summary>
        [Field("1+", Ignorable = true)]
        public int RebalanceTimeout { get; set; } = -1;

        /// <summary>Gets or sets how long the member may be silent, in milliseconds.</summary>
        [Field("0+")]
        public int SessionTimeout { get; set; }

        /// <summary>Gets or sets what the member told of itself when it joined, as its protocol encodes it.</summary>
        [Field("0+")]
        public byte[] Subscription { get; set; } = [];

        /// <summary>Gets or sets what the member was assigned, as its protocol encodes it.</summary>
        [Field("0+")]
        public byte[] Assignment { get; set; } = [];
    }
}
