namespace StreamLog.Protocol.Messages;

/// <summary>Frames the keys and values that groups of the consumer protocol keep in <c>__consumer_offsets</c>, as
/// Kafka does. Stateless.</summary>
/// <remarks>
/// Version 4 of a key was Kafka's way, before 4.1, to note the topics of a group. A hash in the group's own record has
/// taken its place; it is neither written nor read.
/// </remarks>
public static class ConsumerGroupRecords
{
    /// <summary>Encodes a key.</summary>
    /// <param name="key">The key, of one of the kinds that are kept here.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is of another kind.</exception>
    public static byte[] WriteKey(object key) => key switch
    {
        ConsumerGroupMetadataKey message => Write(message),
        ConsumerGroupMemberMetadataKey message => Write(message),
        ConsumerGroupTargetAssignmentMetadataKey message => Write(message),
        ConsumerGroupTargetAssignmentMemberKey message => Write(message),
        ConsumerGroupCurrentMemberAssignmentKey message => Write(message),
        ConsumerGroupRegularExpressionKey message => Write(message),
        _ => throw Unknown(key, nameof(key)),
    };

    /// <summary>Encodes a value.</summary>
    /// <param name="value">The value, of one of the kinds that are kept here.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="ArgumentException"><paramref name="value"/> is of another kind.</exception>
    public static byte[] WriteValue(object value) => value switch
    {
        ConsumerGroupMetadataValue message => Write(message),
        ConsumerGroupMemberMetadataValue message => Write(message),
        ConsumerGroupTargetAssignmentMetadataValue message => Write(message),
        ConsumerGroupTargetAssignmentMemberValue message => Write(message),
        ConsumerGroupCurrentMemberAssignmentValue message => Write(message),
        ConsumerGroupRegularExpressionValue message => Write(message),
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
        ConsumerGroupMetadataKey => ConsumerOffsetRecords.Read<ConsumerGroupMetadataValue>(value),
        ConsumerGroupMemberMetadataKey => ConsumerOffsetRecords.Read<ConsumerGroupMemberMetadataValue>(value),
        ConsumerGroupTargetAssignmentMetadataKey =>
            ConsumerOffsetRecords.Read<ConsumerGroupTargetAssignmentMetadataValue>(value),
        ConsumerGroupTargetAssignmentMemberKey =>
            ConsumerOffsetRecords.Read<ConsumerGroupTargetAssignmentMemberValue>(value),
        ConsumerGroupCurrentMemberAssignmentKey =>
            ConsumerOffsetRecords.Read<ConsumerGroupCurrentMemberAssignmentValue>(value),
        ConsumerGroupRegularExpressionKey =>
            ConsumerOffsetRecords.Read<ConsumerGroupRegularExpressionValue>(value),
        _ => throw Unknown(key, nameof(key)),
    };

    private static byte[] Write<T>(T message)
        where T : class, IMessage<T> => ConsumerOffsetRecords.Write(message, T.MaxVersion);

    private static ArgumentException Unknown(object? message, string parameter) =>
        new($"No group of the consumer protocol keeps a {message?.GetType().Name ?? "null"}.", parameter);
}
