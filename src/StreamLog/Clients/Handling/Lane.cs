namespace StreamLog.Clients.Handling;

/// <summary>Records of one partition that are handled one after another, such as those of one key.</summary>
/// <typeparam name="T">The type of a record.</typeparam>
/// <remarks>Belongs to the <see cref="PartitionLanes{T}"/> that made it, and is guarded as that is. While it is
/// running, whoever runs it may walk through the entries that were taken: those change only when it reports
/// back.</remarks>
internal sealed class Lane<T>
{
    /// <summary>Gets or sets what is in it: the hash of a key, or whatever else keeps lanes apart.</summary>
    public int Id { get; set; }

    /// <summary>Gets or sets what it does.</summary>
    public LaneState State { get; set; }

    /// <summary>Gets or sets the oldest entry.</summary>
    public LaneEntry<T>? First { get; set; }

    /// <summary>Gets or sets the newest entry.</summary>
    public LaneEntry<T>? Last { get; set; }

    /// <summary>Gets or sets the number of entries.</summary>
    public int Count { get; set; }

    /// <summary>Gets or sets how many of them share no batch.</summary>
    public int AloneCount { get; set; }

    /// <summary>Gets or sets how many of the first entries are being handled, or will be tried again
    /// together.</summary>
    public int Taken { get; set; }

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">The entry.</param>
    public void Append(LaneEntry<T> entry)
    {
        if (Last is null)
            First = entry;
        else
            Last.Next = entry;
        Last = entry;
        Count++;
        if (entry.IsAlone)
            AloneCount++;
    }

    /// <summary>Removes the oldest entry.</summary>
    /// <returns>The entry.</returns>
    public LaneEntry<T> RemoveFirst()
    {
        LaneEntry<T> entry = First!;
        First = entry.Next;
        if (First is null)
            Last = null;
        entry.Next = null;
        Count--;
        if (entry.IsAlone)
            AloneCount--;
        return entry;
    }
}
