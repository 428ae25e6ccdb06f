namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A quota was set or removed.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 14)]
public sealed partial class ClientQuotaRecord : IMetadataRecord
{
    /// <summary>Gets or sets whom the quota holds for.</summary>
    [Field("0+")]
    public List<EntityData> Entity { get; set; } = [];

    /// <summary>Gets or sets the quota's name.</summary>
    [Field("0+")]
    public string Key { get; set; } = "";

    /// <summary>Gets or sets the quota's value.</summary>
    [Field("0+")]
    public double Value { get; set; }

    /// <summary>Gets or sets whether the quota is removed.</summary>
    [Field("0+")]
    public bool Remove { get; set; }

    /// <summary>One name of an entity.</summary>
    public sealed partial class EntityData
    {
        /// <summary>Gets or sets the kind of name: user, client-id or ip.</summary>
        [Field("0+")]
        public string EntityType { get; set; } = "";

        /// <summary>Gets or sets the name, or null for all that have no rule of their own.</summary>
        [Field("0+", NullableFrom = 0)]
        public string? EntityName { get; set; } = "";
    }
}
