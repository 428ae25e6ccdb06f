namespace StreamLog.Clients.Handling;

/// <summary>A record that was accepted and is not done.</summary>
/// <typeparam name="T">The type of the record.</typeparam>
/// <remarks>Belongs to the <see cref="PartitionLanes{T}"/> that made it, and is guarded as that is.</remarks>
internal sealed class LaneEntry<T>
{
    /// <summary>Creates an entry.</summary>
    /// <param name="offset">The record's offset.</param>
    /// <param name="item">The record.</param>
    /// <param name="acceptedAt">When it was accepted, on the clock's timestamps.</param>
    public LaneEntry(long offset, T item, long acceptedAt)
    {
        Offset = offset;
        Item = item;
        AcceptedAt = acceptedAt;
    }

    /// <summary>Gets the record's offset.</summary>
    public long Offset { get; }

    /// <summary>Gets the record.</summary>
    public T Item { get; }

    /// <summary>Gets when it was accepted.</summary>
    public long AcceptedAt { get; }

    /// <summary>Gets or sets how often it was handed to a handler.</summary>
    public int Attempts { get; set; }

    /// <summary>Gets or sets whether it shares no batch with others.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Gets or sets whether it is done.</summary>
    public bool IsDone { get; set; }

    /// <summary>Gets or sets the one behind it in its lane.</summary>
    public LaneEntry<T>? Next { get; set; }
}
