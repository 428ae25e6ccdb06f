using StreamLog.Extensibility;

namespace StreamLog.Storage.Files;

/// <summary>
/// What all open handles of one physical file have in common: its length, and whether a flush of it has failed.
/// </summary>
/// <remarks>
/// Made and counted by <see cref="SharedFiles"/>. Any thread may call; whoever writes is alone, as <see cref="IFile"/>
/// demands.
/// </remarks>
internal sealed class SharedFile
{
    /// <summary>Stands for a length that must be asked for, because a write failed half-way.</summary>
    private const long Unknown = -1;

    private long _length;
    private FlushFailedException? _failure;
    private int _isMetadataDirty;

    /// <summary>Creates the state of a file that has just been opened by its first handle.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="length">The number of bytes.</param>
    public SharedFile(string path, long length)
    {
        Path = path;
        _length = length;
    }

    /// <summary>Gets or sets the full path of the file now. Guarded by the gate of <see cref="SharedFiles"/>.</summary>
    public string Path { get; set; }

    /// <summary>
    /// Gets or sets whether the name has been deleted or given to another file. Guarded as <see cref="Path"/> is.
    /// </summary>
    public bool IsUnlinked { get; set; }

    /// <summary>Gets or sets the number of open handles. Guarded as <see cref="Path"/> is.</summary>
    public int HandleCount { get; set; }

    /// <summary>Gets the flush that failed, after which there is no other.</summary>
    public FlushFailedException? Failure => Volatile.Read(ref _failure);

    /// <summary>Gets the length, where it is known without asking the system.</summary>
    /// <param name="length">The number of bytes.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryGetLength(out long length)
    {
        length = Volatile.Read(ref _length);
        return length != Unknown;
    }

    /// <summary>Notes a write that succeeded.</summary>
    /// <param name="end">The position behind its last byte.</param>
    public void Written(long end)
    {
        long length = Volatile.Read(ref _length);
        if (length != Unknown && end > length)
            Volatile.Write(ref _length, end);
    }

    /// <summary>Notes that a write or a change of length failed, and may have been done in part.</summary>
    /// <remarks>From then on the system is asked for the length, until it is set.</remarks>
    public void LengthLost() => Volatile.Write(ref _length, Unknown);

    /// <summary>Notes that the length was set.</summary>
    /// <param name="length">The number of bytes.</param>
    public void LengthSet(long length)
    {
        Volatile.Write(ref _length, length);
        MetadataChanged();
    }

    /// <summary>
    /// Notes that the next flush must force more than the bytes: the file is new, or its length was set.
    /// </summary>
    public void MetadataChanged() => Volatile.Write(ref _isMetadataDirty, 1);

    /// <summary>Begins a flush.</summary>
    /// <returns>Whether it must force more than the bytes.</returns>
    public bool TakeMetadataChange() => Interlocked.Exchange(ref _isMetadataDirty, 0) != 0;

    /// <summary>Notes the first flush that failed.</summary>
    /// <param name="failure">The failure.</param>
    public void FlushFailed(FlushFailedException failure) => Interlocked.CompareExchange(ref _failure, failure, null);
}
