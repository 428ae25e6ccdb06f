namespace StreamLog;

/// <summary>Records of one partition, read without copying. The bytes belong to StreamLog again once it is
/// disposed.</summary>
/// <remarks>Not thread-safe. <c>while (lease.TryRead(out RawRecord record)) { ... }</c> walks through it
/// once.</remarks>
public abstract class RecordLease : IDisposable
{
    /// <summary>Gets the partition that the records come from.</summary>
    public abstract TopicPartition TopicPartition { get; }

    /// <summary>Gets the offset to read from next, behind the last record of the lease.</summary>
    public abstract long NextOffset { get; }

    /// <summary>Takes the next record.</summary>
    /// <param name="record">The record, valid until the lease is disposed.</param>
    /// <returns><see langword="false"/> when there are no more.</returns>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    /// <exception cref="StreamLogException">The bytes are corrupt.</exception>
    public abstract bool TryRead(out RawRecord record);

    /// <summary>Decodes the headers of the record read last.</summary>
    /// <returns>Copies of the headers.</returns>
    /// <exception cref="ObjectDisposedException">The lease was disposed.</exception>
    public abstract RecordHeaders ReadHeaders();

    /// <summary>Gives the bytes back.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the bytes back.</summary>
    /// <param name="disposing">Always <see langword="true"/>: a lease has no finalizer.</param>
    protected abstract void Dispose(bool disposing);
}
