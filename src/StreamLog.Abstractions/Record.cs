using System.Runtime.ExceptionServices;

namespace StreamLog;

/// <summary>One record as it was read: independent of any buffer, and immutable.</summary>
/// <typeparam name="TKey">The type of its key.</typeparam>
/// <typeparam name="TValue">The type of its value.</typeparam>
/// <remarks>
/// Thread-safe. A key or value that could not be decoded does not stop the reading: the failure is kept,
/// <see cref="Key"/> or <see cref="Value"/> throws it, and the bytes stand in <see cref="RawKey"/> and
/// <see cref="RawValue"/>, so that the record can be put aside.
/// </remarks>
public sealed class Record<TKey, TValue>
{
    // There is one of these for each record, so what is rare lies elsewhere, and the rest is kept narrow.
    private readonly string _topic;
    private readonly long _offset;
    private readonly long _timestampMs;
    private readonly TKey? _key;
    private readonly TValue? _value;
    private readonly IRecordCompletion? _completion;
    private readonly int _partition;
    private readonly byte _timestampType;
    private UndecodedRecord? _undecoded;

    /// <summary>Creates a record: for consumers, and for tests of code that takes records.</summary>
    /// <param name="position">Its place.</param>
    /// <param name="timestamp">Its time.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="completion">Who hears that the record is done, or <see langword="null"/>.</param>
    public Record(
        LogPosition position, DateTimeOffset timestamp, TKey? key, TValue? value, IRecordCompletion? completion = null)
    {
        _topic = position.Topic;
        _partition = position.Partition;
        _offset = position.Offset;
        _timestampMs = timestamp.ToUnixTimeMilliseconds();
        _key = key;
        _value = value;
        _completion = completion;
    }

    /// <summary>Gets the record's place.</summary>
    public LogPosition Position => new(_topic, _partition, _offset);

    /// <summary>Gets the offset in the partition.</summary>
    public long Offset => _offset;

    /// <summary>Gets the record's time, to the millisecond, in UTC.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(_timestampMs);

    /// <summary>Gets whose clock <see cref="Timestamp"/> is: the producer's or the log's.</summary>
    public TimestampType TimestampType
    {
        get => (TimestampType)_timestampType;
        init => _timestampType = (byte)value;
    }

    /// <summary>Gets the epoch of the leader that appended the record, or -1 where it is not known.</summary>
    public int LeaderEpoch { get; init; } = -1;

    /// <summary>Gets the headers.</summary>
    public RecordHeaders Headers { get; init; } = RecordHeaders.Empty;

    /// <summary>Gets whether the record has a key.</summary>
    public bool HasKey { get; init; } = true;

    /// <summary>Gets whether the record has no value: on a compacted topic it deletes its key.</summary>
    public bool IsTombstone { get; init; }

    /// <summary>Gets why the key could not be decoded, or <see langword="null"/>.</summary>
    public Exception? KeyError
    {
        get => _undecoded?.KeyError;
        init
        {
            if (value is not null)
                (_undecoded ??= new UndecodedRecord()).KeyError = value;
        }
    }

    /// <summary>Gets why the value could not be decoded, or <see langword="null"/>.</summary>
    public Exception? ValueError
    {
        get => _undecoded?.ValueError;
        init
        {
            if (value is not null)
                (_undecoded ??= new UndecodedRecord()).ValueError = value;
        }
    }

    /// <summary>Gets the key's bytes where key or value could not be decoded, or where the record may become a dead
    /// letter; otherwise nothing.</summary>
    public ReadOnlyMemory<byte> RawKey
    {
        get => _undecoded?.RawKey ?? default;
        init
        {
            if (!value.IsEmpty)
                (_undecoded ??= new UndecodedRecord()).RawKey = value;
        }
    }

    /// <summary>Gets the value's bytes where key or value could not be decoded, or where the record may become a dead
    /// letter; otherwise nothing.</summary>
    public ReadOnlyMemory<byte> RawValue
    {
        get => _undecoded?.RawValue ?? default;
        init
        {
            if (!value.IsEmpty)
                (_undecoded ??= new UndecodedRecord()).RawValue = value;
        }
    }

    /// <summary>Gets the key; the default of the type where the record has none.</summary>
    /// <exception cref="Exception">What the deserializer threw.</exception>
    public TKey Key
    {
        get
        {
            if (KeyError is not null)
                ExceptionDispatchInfo.Throw(KeyError);
            return _key!;
        }
    }

    /// <summary>Gets the value; the default of the type for a tombstone.</summary>
    /// <exception cref="Exception">What the deserializer threw.</exception>
    public TValue Value
    {
        get
        {
            if (ValueError is not null)
                ExceptionDispatchInfo.Throw(ValueError);
            return _value!;
        }
    }

    /// <summary>Marks the record done. A group's committed offset never passes one that is not.</summary>
    /// <remarks>Does nothing on a record that was not read by a group, and on one that is done already.</remarks>
    public void Complete() => _completion?.Complete(Position);

    /// <summary>Returns the record as it appears in messages.</summary>
    /// <returns>Its place, and its key and value where they could be decoded.</returns>
    public override string ToString() =>
        $"{Position} {(KeyError is null ? _key : "(undecodable)")}: {(ValueError is null ? _value : "(undecodable)")}";
}
