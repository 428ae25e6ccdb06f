namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first
//   1  what the member owns
//   2  the generation
//   3  rack

/// <summary>What a consumer of a classic group tells whoever assigns partitions.</summary>
/// <remarks>Not thread-safe. It travels within <see cref="JoinGroupRequest"/>, framed by
/// <see cref="ConsumerProtocolFrames"/>.</remarks>
[Message(MessageKind.Record, 0, 3)]
public sealed partial class ConsumerProtocolSubscription
{
    /// <summary>Gets or sets the topics that it subscribes to.</summary>
    [Field("0+")]
    public List<string> Topics { get; set; } = [];

    /// <summary>Gets or sets what the assignor adds, or null.</summary>
    [Field("0+", NullableFrom = 0)]
    public byte[]? UserData { get; set; }

    /// <summary>Gets or sets what it owns.</summary>
    [Field("1+", Ignorable = true)]
    public List<TopicPartitions> OwnedPartitions { get; set; } = [];

    /// <summary>Gets or sets the generation in which it owned that, or -1.</summary>
    [Field("2+", Ignorable = true)]
    public int GenerationId { get; set; } = -1;

    /// <summary>Gets or sets where it is, or null.</summary>
    [Field("3+", NullableFrom = 3, Ignorable = true)]
    public string? RackId { get; set; }

    /// <summary>Partitions of one topic.</summary>
    public sealed partial class TopicPartitions
    {
        /// <summary>Gets or sets the topic's name.</summary>
        [Field("1+")]
        public string Topic { get; set; } = "";

        /// <summary>Gets or sets the partitions' numbers.</summary>
        [Field("1+")]
        public List<int> Partitions { get; set; } = [];
    }
}
