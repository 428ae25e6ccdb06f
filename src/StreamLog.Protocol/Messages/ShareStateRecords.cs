using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>Frames the keys and values of <c>__share_group_state</c> as Kafka does. Stateless.</summary>
/// <remarks>Each is a 16-bit version and the fields. The version of a key also tells its kind.</remarks>
public static class ShareStateRecords
{
    private const short SnapshotKeyVersion = 0;
    private const short UpdateKeyVersion = 1;

    /// <summary>Encodes the key of a snapshot.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(ShareSnapshotKey key) => ConsumerOffsetRecords.Write(key, SnapshotKeyVersion);

    /// <summary>Encodes the key of an update.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(ShareUpdateKey key) => ConsumerOffsetRecords.Write(key, UpdateKeyVersion);

    /// <summary>Encodes a snapshot.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(ShareSnapshotValue value) => ConsumerOffsetRecords.Write(value, version: 0);

    /// <summary>Encodes an update.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(ShareUpdateValue value) => ConsumerOffsetRecords.Write(value, version: 0);

    /// <summary>Decodes a key.</summary>
    /// <param name="key">The bytes.</param>
    /// <returns>A <see cref="ShareSnapshotKey"/>, a <see cref="ShareUpdateKey"/>, or null for a kind that is not known
    /// here.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static object? ReadKey(ReadOnlySpan<byte> key)
    {
        WireReader reader = new(key, ErrorCode.CorruptMessage);
        return reader.ReadInt16() switch
        {
            SnapshotKeyVersion => ConsumerOffsetRecords.Read<ShareSnapshotKey>(key),
            UpdateKeyVersion => ConsumerOffsetRecords.Read<ShareUpdateKey>(key),
            _ => null,
        };
    }

    /// <summary>Decodes a snapshot.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static ShareSnapshotValue ReadSnapshot(ReadOnlySpan<byte> value) =>
        ConsumerOffsetRecords.Read<ShareSnapshotValue>(value);

    /// <summary>Decodes an update.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static ShareUpdateValue ReadUpdate(ReadOnlySpan<byte> value) =>
        ConsumerOffsetRecords.Read<ShareUpdateValue>(value);
}
