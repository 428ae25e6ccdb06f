namespace StreamLog.Storage.Files;

/// <summary>A held lock of an <see cref="InMemoryFileSystem"/>.</summary>
/// <param name="files">Who gave it.</param>
/// <param name="key">What it was taken as.</param>
internal sealed class InMemoryLock(InMemoryFileSystem files, string key) : IDisposable
{
    private int _isDisposed;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Once only: a second call must not give back what somebody else has taken meanwhile.
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            files.Unlock(key);
    }
}
