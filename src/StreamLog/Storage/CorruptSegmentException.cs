namespace StreamLog.Storage;

/// <summary>A segment of an open log holds what was not written.</summary>
internal sealed class CorruptSegmentException : StreamLogException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The segment's file.</param>
    /// <param name="position">The byte at which the damage begins.</param>
    /// <param name="offset">The offset that belongs there.</param>
    /// <param name="fault">What is wrong.</param>
    public CorruptSegmentException(string path, long position, long offset, string fault)
        : base(
            ErrorCode.KafkaStorageError,
            $"{path} is corrupt at byte {position} (offset {offset} or later): {fault}. Records before and after may " +
            "still be read. Restore the file from a copy, or have the partition repaired.")
    {
        Position = position;
        Offset = offset;
        Fault = fault;
    }

    /// <summary>Gets the byte at which the damage begins.</summary>
    public long Position { get; }

    /// <summary>Gets the offset that belongs there.</summary>
    public long Offset { get; }

    /// <summary>Gets what is wrong.</summary>
    public string Fault { get; }
}
