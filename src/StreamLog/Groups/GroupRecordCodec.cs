using System.Diagnostics;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>Encodes and decodes the records of <c>__consumer_offsets</c>, all kinds of them. Stateless.</summary>
internal static class GroupRecordCodec
{
    /// <summary>Encodes a key.</summary>
    /// <param name="record">The record.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(in GroupRecord record) => record.Key switch
    {
        OffsetCommitKey key => ConsumerOffsetRecords.WriteKey(key),
        GroupMetadataKey key => ConsumerOffsetRecords.WriteKey(key),
        { } key when ShareGroupRecords.IsKey(key) => ShareGroupRecords.WriteKey(key),
        _ => ConsumerGroupRecords.WriteKey(record.Key),
    };

    /// <summary>Encodes a value.</summary>
    /// <param name="record">The record; it has a value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(in GroupRecord record) => record.Value switch
    {
        OffsetCommitValue value => ConsumerOffsetRecords.WriteValue(value),
        GroupMetadataValue value => ConsumerOffsetRecords.WriteValue(value),
        null => throw new UnreachableException("A record without a value has none to encode."),
        { } value when ShareGroupRecords.IsKey(record.Key) => ShareGroupRecords.WriteValue(value),
        _ => ConsumerGroupRecords.WriteValue(record.Value),
    };

    /// <summary>Decodes a record.</summary>
    /// <param name="keyBytes">The bytes of its key.</param>
    /// <param name="hasValue">Whether it has a value.</param>
    /// <param name="valueBytes">The bytes of its value.</param>
    /// <returns>The record, or <see langword="null"/> for a kind that came later than this version.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static GroupRecord? Read(
        ReadOnlySpan<byte> keyBytes, bool hasValue, ReadOnlySpan<byte> valueBytes) =>
        ConsumerOffsetRecords.ReadKey(keyBytes) switch
        {
            OffsetCommitKey key => GroupRecord.Of(
                key, hasValue ? ConsumerOffsetRecords.ReadOffsetCommitValue(valueBytes) : null),
            GroupMetadataKey key => GroupRecord.Of(
                key, hasValue ? ConsumerOffsetRecords.ReadGroupMetadataValue(valueBytes) : null),
            { } key when ShareGroupRecords.IsKey(key) => GroupRecord.OfShareGroup(
                key, hasValue ? ShareGroupRecords.ReadValue(key, valueBytes) : null),
            { } key => GroupRecord.OfConsumerGroup(
                key, hasValue ? ConsumerGroupRecords.ReadValue(key, valueBytes) : null),
            null => null,
        };
}
