namespace StreamLog.Protocol.Messages;

// Versions:
//   0  the first

/// <summary>A SCRAM credential was set.</summary>
/// <remarks>Not thread-safe.</remarks>
[Message(MessageKind.MetadataRecord, 0, 0, FlexibleFrom = 0, RecordKey = 11)]
public sealed partial class UserScramCredentialRecord : IMetadataRecord
{
    /// <summary>Gets or sets the user's name.</summary>
    [Field("0+")]
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the mechanism: 1 is SCRAM-SHA-256, 2 is SCRAM-SHA-512.</summary>
    [Field("0+")]
    public sbyte Mechanism { get; set; }

    /// <summary>Gets or sets the salt.</summary>
    [Field("0+")]
    public byte[] Salt { get; set; } = [];

    /// <summary>Gets or sets the hash of the key by which the client proves that it has the password.</summary>
    [Field("0+")]
    public byte[] StoredKey { get; set; } = [];

    /// <summary>Gets or sets the key by which the server proves that it knows the user.</summary>
    [Field("0+")]
    public byte[] ServerKey { get; set; } = [];

    /// <summary>Gets or sets how often the password was hashed.</summary>
    [Field("0+")]
    public int Iterations { get; set; }
}
