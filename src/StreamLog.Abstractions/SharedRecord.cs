namespace StreamLog;

/// <summary>One delivery of a record out of a queue. Immutable; thread-safe.</summary>
/// <typeparam name="TKey">The type of its key.</typeparam>
/// <typeparam name="TValue">The type of its value.</typeparam>
public sealed class SharedRecord<TKey, TValue>
{
    /// <summary>Creates a delivery: for consumers, and for tests of code that takes them.</summary>
    /// <param name="record">The record.</param>
    /// <param name="deliveryCount">How often it was delivered, this time included.</param>
    /// <param name="lockedUntil">Until when no other consumer gets it.</param>
    public SharedRecord(Record<TKey, TValue> record, int deliveryCount, DateTimeOffset lockedUntil)
    {
        ArgumentNullException.ThrowIfNull(record);
        Record = record;
        DeliveryCount = deliveryCount;
        LockedUntil = lockedUntil;
    }

    /// <summary>Gets the record.</summary>
    public Record<TKey, TValue> Record { get; }

    /// <summary>Gets how often the record was delivered, this time included: 1 for the first time.</summary>
    public int DeliveryCount { get; }

    /// <summary>Gets until when no other consumer gets the record, unless its lock is renewed.</summary>
    public DateTimeOffset LockedUntil { get; }

    /// <summary>Gets the record's place.</summary>
    public LogPosition Position => Record.Position;

    /// <summary>Gets the record's key; the default of the type where the record has none.</summary>
    /// <exception cref="Exception">What the deserializer threw.</exception>
    public TKey Key => Record.Key;

    /// <summary>Gets the record's value; the default of the type for a tombstone.</summary>
    /// <exception cref="Exception">What the deserializer threw.</exception>
    public TValue Value => Record.Value;

    /// <summary>Returns the delivery as it appears in messages.</summary>
    /// <returns>The record, and how often it was delivered.</returns>
    public override string ToString() => $"{Record} (delivery {DeliveryCount})";
}
