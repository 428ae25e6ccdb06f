using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>Frames the keys and values of <c>__transaction_state</c> as Kafka does. Stateless.</summary>
/// <remarks>Each is a 16-bit version and the fields. The version of a key also tells its kind: 0 is a transactional
/// id.</remarks>
public static class TransactionLogRecords
{
    private const short KeyVersion = 0;
    private const short ValueVersion = 1;

    /// <summary>Encodes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(TransactionLogKey key) => ConsumerOffsetRecords.Write(key, KeyVersion);

    /// <summary>Encodes a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(TransactionLogValue value) => ConsumerOffsetRecords.Write(value, ValueVersion);

    /// <summary>Decodes a key.</summary>
    /// <param name="key">The bytes.</param>
    /// <returns>The key, or <see langword="null"/> for a kind that is not known here.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static TransactionLogKey? ReadKey(ReadOnlySpan<byte> key)
    {
        WireReader reader = new(key, ErrorCode.CorruptMessage);
        return reader.ReadInt16() == KeyVersion ? ConsumerOffsetRecords.Read<TransactionLogKey>(key) : null;
    }

    /// <summary>Decodes a value.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed, or the version is not supported.</exception>
    public static TransactionLogValue ReadValue(ReadOnlySpan<byte> value) =>
        ConsumerOffsetRecords.Read<TransactionLogValue>(value);
}
