namespace StreamLog.Protocol.Messages;

/// <summary>Frames the keys and values that share groups keep in <c>__consumer_offsets</c>, as Kafka does.
/// Stateless.</summary>
/// <remarks>
/// Version 15 of a key is Kafka's way to note which partitions have a state in <c>__share_group_state</c>. That topic
/// says so itself; the note is neither written nor read.
/// </remarks>
public static class ShareGroupRecords
{
    /// <summary>Tells whether a key is one of these.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if a share group keeps something under it.</returns>
    public static bool IsKey(object? key) => key is ShareGroupMetadataKey or ShareGroupMemberMetadataKey
        or ShareGroupTargetAssignmentMetadataKey or ShareGroupTargetAssignmentMemberKey
        or ShareGroupCurrentMemberAssignmentKey;

    /// <summary>Encodes a key.</summary>
    /// <param name="key">The key, of one of the kinds that are kept here.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is of another kind.</exception>
    public static byte[] WriteKey(object key) => key switch
    {
        ShareGroupMetadataKey message => Write(message),
        ShareGroupMemberMetadataKey message => Write(message),
        ShareGroupTargetAssignmentMetadataKey message => Write(message),
        ShareGroupTargetAssignmentMemberKey message => Write(message),
        ShareGroupCurrentMemberAssignmentKey message => Write(message),
        _ => throw Unknown(key, nameof(key)),
    };

    /// <summary>Encodes a value.</summary>
    /// <param name="value">The value, of one of the kinds that are kept here.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="value"/> is of another kind.</exception>
    public static byte[] WriteValue(object value) => value switch
    {
        ShareGroupMetadataValue message => Write(message),
        ShareGroupMemberMetadataValue message => Write(message),
        ShareGroupTargetAssignmentMetadataValue message => Write(message),
        ShareGroupTargetAssignmentMemberValue message => Write(message),
        ShareGroupCurrentMemberAssignmentValue message => Write(message),
        _ => throw Unknown(value, nameof(value)),
    };

    /// <summary>Decodes a value.</summary>
    /// <param name="key">Its key, which tells its kind.</param>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is of another kind.</exception>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static object ReadValue(object key, ReadOnlySpan<byte> value) => key switch
    {
        ShareGroupMetadataKey => ConsumerOffsetRecords.Read<ShareGroupMetadataValue>(value),
        ShareGroupMemberMetadataKey => ConsumerOffsetRecords.Read<ShareGroupMemberMetadataValue>(value),
        ShareGroupTargetAssignmentMetadataKey =>
            ConsumerOffsetRecords.Read<ShareGroupTargetAssignmentMetadataValue>(value),
        ShareGroupTargetAssignmentMemberKey =>
            ConsumerOffsetRecords.Read<ShareGroupTargetAssignmentMemberValue>(value),
        ShareGroupCurrentMemberAssignmentKey =>
            ConsumerOffsetRecords.Read<ShareGroupCurrentMemberAssignmentValue>(value),
        _ => throw Unknown(key, nameof(key)),
    };

    private static byte[] Write<T>(T message)
        where T : class, IMessage<T> => ConsumerOffsetRecords.Write(message, T.MaxVersion);

    private static ArgumentException Unknown(object? message, string parameter) =>
        new($"No share group keeps a {message?.GetType().Name ?? "null"}.", parameter);
}
