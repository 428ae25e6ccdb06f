using StreamLog.Extensibility;
using StreamLog.Storage.Files;

namespace StreamLog.Storage;

/// <summary>Names the failures of a disk by their error codes.</summary>
internal static class DiskErrors
{
    /// <summary>Tells whether the error is one of the file system, of whatever type .NET made it.</summary>
    public static bool IsOfDisk(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Tells whether what could not be flushed is a segment, and so matters to its partition alone.</summary>
    public static bool IsOfLog(FlushFailedException error) =>
        error.Path.EndsWith(LogFileNames.Log, StringComparison.Ordinal);

    /// <summary>Tells whether what could not be flushed is what compaction writes, which nobody has read yet.</summary>
    public static bool IsOfCleaned(FlushFailedException error) =>
        error.Path.Contains(LogFileNames.Cleaned, StringComparison.Ordinal);

    public static ErrorCode CodeOf(Exception error) =>
        error is IOException disk && StorageErrors.IsDiskFull(disk)
            ? ErrorCode.StorageFull
            : ErrorCode.KafkaStorageError;
}
