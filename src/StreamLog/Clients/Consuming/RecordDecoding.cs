using StreamLog.Protocol.Records;

namespace StreamLog.Clients.Consuming;

/// <summary>Makes records that own what they hold out of views of fetched bytes.</summary>
internal static class RecordDecoding
{
    /// <summary>Copies a record. What a deserializer throws is kept in it.</summary>
    /// <typeparam name="TKey">The type of the key.</typeparam>
    /// <typeparam name="TValue">The type of the value.</typeparam>
    /// <param name="partition">The partition.</param>
    /// <param name="run">Where it was read.</param>
    /// <param name="view">The record.</param>
    /// <param name="serdes">What decodes key and value.</param>
    /// <param name="completion">Who hears that it is done, or <see langword="null"/>.</param>
    /// <param name="keepsRaw">Whether it keeps its bytes also where they could be decoded.</param>
    /// <returns>The record.</returns>
    public static Record<TKey, TValue> Decode<TKey, TValue>(
        TopicPartition partition,
        FetchedRun run,
        scoped in RecordView view,
        (IDeserializer<TKey> Key, IDeserializer<TValue> Value) serdes,
        IRecordCompletion? completion,
        bool keepsRaw = false)
    {
        TKey? key = Decode(view.HasKey, view.Key, serdes.Key, out Exception? keyError);
        TValue? value = Decode(view.HasValue, view.Value, serdes.Value, out Exception? valueError);
        bool isRawKept = keepsRaw || keyError is not null || valueError is not null;
        return new Record<TKey, TValue>(
            new LogPosition(partition.Topic, partition.Partition, view.Offset),
            Time(view.Timestamp),
            key,
            value,
            completion)
        {
            TimestampType = run.TimestampType,
            LeaderEpoch = run.LeaderEpoch,
            Headers = view.HeaderCount == 0 ? RecordHeaders.Empty : Headers(view.Headers),
            HasKey = view.HasKey,
            IsTombstone = !view.HasValue,
            KeyError = keyError,
            ValueError = valueError,
            RawKey = isRawKept ? view.Key.ToArray() : default,
            RawValue = isRawKept ? view.Value.ToArray() : default,
        };
    }

    /// <summary>Copies headers.</summary>
    /// <param name="headers">The headers.</param>
    /// <returns>The copies.</returns>
    public static RecordHeaders Headers(RecordHeadersReader headers)
    {
        RecordHeaders copies = new();
        while (headers.MoveNext())
        {
            RecordHeaderView header = headers.Current;
            copies.Add(
                header.GetKey(),
                header.HasValue ? (ReadOnlyMemory<byte>?)header.Value.ToArray() : null);
        }

        return copies;
    }

    private static T? Decode<T>(
        bool isThere, ReadOnlySpan<byte> bytes, IDeserializer<T> deserializer, out Exception? error)
    {
        error = null;
        if (!isThere)
            return default;
        try
        {
            return deserializer.Deserialize(bytes);
        }
        catch (Exception exception)
        {
            // It is thrown where the record's reader asks for the key or value, so that one bad record stops nobody.
            error = exception;
            return default;
        }
    }

    private static DateTimeOffset Time(long milliseconds)
    {
        // Producers of other makers may write any number. One that no date can hold is shown as the nearest that can.
        const long Min = -62_135_596_800_000;
        const long Max = 253_402_300_799_999;
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, Min, Max));
    }
}
