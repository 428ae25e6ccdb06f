using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>A flush to disk failed, and what was written since the last one may be lost.</summary>
/// <remarks>
/// After such a failure the system may have dropped the pages that it could not write, and a second flush would succeed
/// without them. So the owner of the file goes offline and is recovered from what was flushed before. Nobody retries.
/// </remarks>
[Experimental("STREAMLOG001")]
public sealed class FlushFailedException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="systemError">The system's error number, or zero where there is none.</param>
    /// <param name="reason">The system's word for it.</param>
    public FlushFailedException(string path, int systemError, string reason)
        : base($"Flushing {path} to disk failed: {reason} (error {systemError}). " +
            "What was written since the last flush may be lost, so the flush is not tried again.")
    {
        Path = path;
        SystemError = systemError;
    }

    /// <summary>Gets the file or directory.</summary>
    public string Path { get; }

    /// <summary>Gets the system's error number, or zero where there is none.</summary>
    public int SystemError { get; }
}
