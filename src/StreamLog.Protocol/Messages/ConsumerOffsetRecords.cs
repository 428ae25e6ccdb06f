using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>Frames the keys and values of <c>__consumer_offsets</c> as Kafka does. Stateless.</summary>
/// <remarks>
/// Each is a 16-bit version and the fields. The version of a key also tells its kind: 0 and 1 are committed offsets, 2
/// is a classic group, and higher ones belong to the newer group protocols.
/// </remarks>
public static class ConsumerOffsetRecords
{
    private const short OffsetKeyVersion = 1;
    private const short GroupKeyVersion = 2;
    private const short GroupValueVersion = 3;

    /// <summary>Encodes the key of a committed offset.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(OffsetCommitKey key) => Write(key, OffsetKeyVersion);

    /// <summary>Encodes the key of a classic group.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(GroupMetadataKey key) => Write(key, GroupKeyVersion);

    /// <summary>Encodes a committed offset, in the version that Kafka chooses for what it holds.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is <see langword="null"/>.</exception>
    public static byte[] WriteValue(OffsetCommitValue value)
    {
        ArgumentNullException.ThrowIfNull(value);

        // Only version 1 has an expiry, and only version 4 a topic id; older tools read up to 3.
        short version = value.ExpireTimestamp != -1 ? (short)1 : value.TopicId != Guid.Empty ? (short)4 : (short)3;
        return Write(value, version);
    }

    /// <summary>Encodes a classic group.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(GroupMetadataValue value) => Write(value, GroupValueVersion);

    /// <summary>Decodes a key.</summary>
    /// <param name="key">The bytes.</param>
    /// <returns>
    /// An <see cref="OffsetCommitKey"/>, a <see cref="GroupMetadataKey"/>, one of the keys of
    /// <see cref="ConsumerGroupRecords"/> or <see cref="ShareGroupRecords"/>, or null for a kind that is not known
    /// here.
    /// </returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static object? ReadKey(ReadOnlySpan<byte> key)
    {
        WireReader reader = new(key, ErrorCode.CorruptMessage);
        return reader.ReadInt16() switch
        {
            0 or OffsetKeyVersion => Read<OffsetCommitKey>(key),
            GroupKeyVersion => Read<GroupMetadataKey>(key),
            3 => Read<ConsumerGroupMetadataKey>(key),
            5 => Read<ConsumerGroupMemberMetadataKey>(key),
            6 => Read<ConsumerGroupTargetAssignmentMetadataKey>(key),
            7 => Read<ConsumerGroupTargetAssignmentMemberKey>(key),
            8 => Read<ConsumerGroupCurrentMemberAssignmentKey>(key),
            10 => Read<ShareGroupMemberMetadataKey>(key),
            11 => Read<ShareGroupMetadataKey>(key),
            12 => Read<ShareGroupTargetAssignmentMetadataKey>(key),
            13 => Read<ShareGroupTargetAssignmentMemberKey>(key),
            14 => Read<ShareGroupCurrentMemberAssignmentKey>(key),
            16 => Read<ConsumerGroupRegularExpressionKey>(key),
            _ => null,
        };
    }

    /// <summary>Decodes the value of a committed offset.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static OffsetCommitValue ReadOffsetCommitValue(ReadOnlySpan<byte> value) => Read<OffsetCommitValue>(value);

    /// <summary>Decodes the value of a classic group.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static GroupMetadataValue ReadGroupMetadataValue(ReadOnlySpan<byte> value) =>
        Read<GroupMetadataValue>(value);

    internal static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>
    {
        WireReader reader = new(bytes, ErrorCode.CorruptMessage);
        short version = reader.ReadInt16();
        T message = T.Read(ref reader, version);
        reader.End();
        return message;
    }

    internal static byte[] Write<T>(T message, short version)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(message);
        WireWriter writer = new(256);
        try
        {
            writer.WriteInt16(version);
            message.Write(ref writer, version);
            return writer.Written.ToArray();
        }
        finally
        {
            writer.Dispose();
        }
    }
}
