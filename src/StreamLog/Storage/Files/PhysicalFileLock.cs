using Microsoft.Win32.SafeHandles;

namespace StreamLog.Storage.Files;

/// <summary>
/// A held lock of a <see cref="PhysicalFileSystem"/>: an open file that the system lets nobody else open.
/// </summary>
/// <param name="handle">The open file.</param>
/// <remarks>
/// The system closes it when its process ends in whatever way. The file stays, for deleting it would race with the next
/// holder.
/// </remarks>
internal sealed class PhysicalFileLock(SafeFileHandle handle) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();
}
