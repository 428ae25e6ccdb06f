namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first; flexible

/// <summary>The value of what a member told of itself in <c>__consumer_offsets</c>.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.Record, 0, 0, FlexibleFrom = 0)]
public sealed partial class ConsumerGroupMemberMetadataValue
{
    /// <summary>Gets or sets the id of the static member, or null for a dynamic one.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? InstanceId { get; set; } = "";

    /// <summary>Gets or sets the client's rack, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? RackId { get; set; } = "";

    /// <summary>Gets or sets the client's id.</summary>
    [Field("0+")]
    public string ClientId { get; set; } = "";

    /// <summary>Gets or sets the client's address.</summary>
    [Field("0+")]
    public string ClientHost { get; set; } = "";

    /// <summary>Gets or sets the names of the topics subscribed to.</summary>
    [Field("0+")]
    public List<string> SubscribedTopicNames { get; set; } = [];

    /// <summary>Gets or sets the regular expression for topics subscribed to, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? SubscribedTopicRegex { get; set; } = "";

    /// <summary>Gets or sets how long the member may take to give partitions back, in milliseconds.</summary>
    [Field("0+")]
    public int RebalanceTimeoutMs { get; set; } = -1;

    /// <summary>Gets or sets the assignor that the member prefers, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public string? ServerAssignor { get; set; } = "";

    /// <summary>Gets or sets what a member of the classic protocol told, or null for one of the consumer
    /// protocol.</summary>
    [Field("0+", NullableFrom = 0, Tag = 0)]
    public ClassicMetadata? ClassicMemberMetadata { get; set; }

    /// <summary>What a member of the classic protocol told when it joined.</summary>
    /// <remarks>Not thread-safe.</remarks>
    public sealed partial class ClassicMetadata
    {
        /// <summary>Gets or sets how long the member may be silent, in milliseconds.</summary>
        [Field("0+")]
        public int SessionTimeoutMs { get; set; }

        /// <summary>Gets or sets the assignors that the member knows, the dearest first.</summary>
        [Field("0+")]
        public List<ClassicProtocol> SupportedProtocols { get; set; } = [];
    }

    /// <summary>An assignor that a member of the classic protocol knows.</summary>
    /// <remarks>Not thread-safe.</remarks>
    public sealed partial class ClassicProtocol
    {
        /// <summary>Gets or sets its name.</summary>
        [Field("0+")]
        public string Name { get; set; } = "";

        /// <summary>Gets or sets what the member tells it.</summary>
        [Field("0+")]
        public byte[] Metadata { get; set; } = [];
    }
}
