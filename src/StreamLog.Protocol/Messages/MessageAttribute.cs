namespace StreamLog.Protocol.Messages;

/// <summary>Declares a message. Its codec is generated from this and from <see cref="FieldAttribute"/>.</summary>
/// <param name="kind">What the message is.</param>
/// <param name="minVersion">The oldest version that is read and written.</param>
/// <param name="maxVersion">The newest version that is read and written.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MessageAttribute(MessageKind kind, short minVersion, short maxVersion) : Attribute
{
    /// <summary>Declares a request or a response.</summary>
    /// <param name="apiKey">The API.</param>
    /// <param name="kind">What the message is.</param>
    /// <param name="minVersion">The oldest version that is read and written.</param>
    /// <param name="maxVersion">The newest version that is read and written.</param>
    public MessageAttribute(ApiKey apiKey, MessageKind kind, short minVersion, short maxVersion)
        : this(kind, minVersion, maxVersion) => ApiKey = apiKey;

    /// <summary>Gets the API of a request or response.</summary>
    public ApiKey? ApiKey { get; }

    /// <summary>Gets what the message is.</summary>
    public MessageKind Kind { get; } = kind;

    /// <summary>Gets the oldest version that is read and written.</summary>
    public short MinVersion { get; } = minVersion;

    /// <summary>Gets the newest version that is read and written.</summary>
    public short MaxVersion { get; } = maxVersion;

    /// <summary>Gets or sets the first version with compact lengths and tagged fields; by default none.</summary>
    public short FlexibleFrom { get; set; } = short.MaxValue;

    /// <summary>Gets or sets the number that names a record of the metadata log.</summary>
    public short RecordKey { get; set; } = -1;
}
