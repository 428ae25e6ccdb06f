using StreamLog.Coordinators;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>A record of <c>__consumer_offsets</c>, of whatever kind.</summary>
/// <param name="Group">The group that it tells of.</param>
/// <param name="Key">The message of its key, which also tells its kind.</param>
/// <param name="Value">The message of its value, or <see langword="null"/> to forget what is under the key.</param>
internal readonly record struct GroupRecord(string Group, object Key, object? Value)
{
    /// <summary>Gets whose transaction it belongs to, or <see langword="null"/>.</summary>
    public ProducerStamp? Producer { get; init; }

    /// <summary>Creates the mark that ends a transaction. It is the only record of its decision.</summary>
    /// <param name="mark">The mark.</param>
    /// <returns>The record.</returns>
    public static GroupRecord Of(TransactionMark mark) => new("", mark, null);

    /// <summary>Creates the record of a committed offset, or of one to forget.</summary>
    /// <param name="key">The group and the partition.</param>
    /// <param name="value">The offset, or <see langword="null"/> to forget it.</param>
    /// <returns>The record.</returns>
    public static GroupRecord Of(OffsetCommitKey key, OffsetCommitValue? value) => new(key.Group, key, value);

    /// <summary>Creates the record of a classic group, or of one to forget.</summary>
    /// <param name="key">The group.</param>
    /// <param name="value">Its state, or <see langword="null"/> to forget it.</param>
    /// <returns>The record.</returns>
    public static GroupRecord Of(GroupMetadataKey key, GroupMetadataValue? value) => new(key.Group, key, value);

    /// <summary>Creates a record of a group of the consumer protocol.</summary>
    /// <param name="key">The message of its key.</param>
    /// <param name="value">The message of its value, or <see langword="null"/> to forget it.</param>
    /// <returns>The record.</returns>
    public static GroupRecord OfConsumerGroup(object key, object? value) => new(
        key switch
        {
            ConsumerGroupMetadataKey message => message.GroupId,
            ConsumerGroupMemberMetadataKey message => message.GroupId,
            ConsumerGroupTargetAssignmentMetadataKey message => message.GroupId,
            ConsumerGroupTargetAssignmentMemberKey message => message.GroupId,
            ConsumerGroupCurrentMemberAssignmentKey message => message.GroupId,
            ConsumerGroupRegularExpressionKey message => message.GroupId,
            _ => throw new ArgumentException($"{key.GetType()} is no key of a consumer group.", nameof(key)),
        },
        key,
        value);

    /// <summary>Creates a record of a share group.</summary>
    /// <param name="key">The message of its key.</param>
    /// <param name="value">The message of its value, or <see langword="null"/> to forget it.</param>
    /// <returns>The record.</returns>
    public static GroupRecord OfShareGroup(object key, object? value) => new(
        key switch
        {
            ShareGroupMetadataKey message => message.GroupId,
            ShareGroupMemberMetadataKey message => message.GroupId,
            ShareGroupTargetAssignmentMetadataKey message => message.GroupId,
            ShareGroupTargetAssignmentMemberKey message => message.GroupId,
            ShareGroupCurrentMemberAssignmentKey message => message.GroupId,
            _ => throw new ArgumentException($"{key.GetType()} is no key of a share group.", nameof(key)),
        },
        key,
        value);
}
