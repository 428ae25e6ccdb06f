using System.Buffers;
using System.Globalization;

namespace StreamLog.Clients.Handling;

/// <summary>Turns records that cannot be handled into records of a dead-letter topic: the same bytes, with what went
/// wrong in their headers.</summary>
internal static class DeadLetters
{
    /// <summary>Gets what writes bytes as they are.</summary>
    public static ISerializer<ReadOnlyMemory<byte>?> Serializer { get; } = new AsTheyAre();

    /// <summary>Makes a dead letter.</summary>
    /// <typeparam name="TKey">The type of the record's key.</typeparam>
    /// <typeparam name="TValue">The type of its value.</typeparam>
    /// <param name="record">The record, with its bytes.</param>
    /// <param name="group">The group whose handler failed.</param>
    /// <param name="attempts">How often.</param>
    /// <param name="failure">How, the last time.</param>
    /// <param name="isBrief">Whether the exception's own words are left out, to make the letter smaller.</param>
    /// <returns>The dead letter.</returns>
    public static ProducerRecord<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> Of<TKey, TValue>(
        Record<TKey, TValue> record, string group, int attempts, Exception failure, bool isBrief = false)
    {
        RecordHeaders headers = new();
        foreach (Header header in record.Headers)
            headers.Add(header.Key, header.Value);
        LogPosition position = record.Position;
        headers.Add(DeadLetterHeaders.Topic, position.Topic);
        headers.Add(DeadLetterHeaders.Partition, Text(position.Partition));
        headers.Add(DeadLetterHeaders.Offset, Text(position.Offset));
        headers.Add(DeadLetterHeaders.Timestamp, Text(record.Timestamp.ToUnixTimeMilliseconds()));
        headers.Add(DeadLetterHeaders.Group, group);
        headers.Add(DeadLetterHeaders.Attempts, Text(attempts));
        headers.Add(DeadLetterHeaders.ExceptionType, failure.GetType().FullName ?? failure.GetType().Name);
        if (!isBrief)
            headers.Add(DeadLetterHeaders.ExceptionMessage, Short(failure.Message));
        return new ProducerRecord<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>(
            record.HasKey ? (ReadOnlyMemory<byte>?)record.RawKey : null,
            record.IsTombstone ? null : (ReadOnlyMemory<byte>?)record.RawValue)
        {
            Headers = headers,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    // Some messages hold whole documents. The log has them whole.
    private static string Short(string message)
    {
        const int LengthMax = 1000;
        if (message.Length <= LengthMax)
            return message;
        int length = char.IsHighSurrogate(message[LengthMax - 1]) ? LengthMax - 1 : LengthMax;
        return message[..length];
    }

    private sealed class AsTheyAre : ISerializer<ReadOnlyMemory<byte>?>
    {
        public void Serialize(ReadOnlyMemory<byte>? value, IBufferWriter<byte> writer) =>
            writer.Write(value.GetValueOrDefault().Span);
    }
}
