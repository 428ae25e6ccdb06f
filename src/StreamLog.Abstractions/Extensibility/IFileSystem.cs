using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Extensibility;

/// <summary>Everything that StreamLog does with files. The engine knows no other way to a disk.</summary>
/// <remarks>
/// Thread-safe. Calls block, except where they say otherwise. Failures are <see cref="IOException"/>; a failed flush is
/// a <see cref="FlushFailedException"/>. What is created, renamed or deleted is there for every later call at once, but
/// survives a power failure only after <see cref="SyncDirectory"/> on the directory that holds the name.
/// </remarks>
[Experimental("STREAMLOG001")]
public interface IFileSystem
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="mode">Whether it must exist, must not exist, or may do either.</param>
    /// <param name="preallocate">
    /// Bytes of disk space to set aside where the system can. The file's length does not change.
    /// </param>
    /// <returns>The open file.</returns>
    /// <exception cref="FileNotFoundException">It must exist and does not.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not allow it.</exception>
    /// <exception cref="IOException">The system failed.</exception>
    IFile Open(string path, FileOpenMode mode, long preallocate = 0);

    /// <summary>Tells whether there is a file of that path.</summary>
    /// <param name="path">The path.</param>
    /// <returns><see langword="true"/> if there is.</returns>
    bool FileExists(string path);

    /// <summary>Tells whether there is a directory of that path.</summary>
    /// <param name="path">The path.</param>
    /// <returns><see langword="true"/> if there is.</returns>
    bool DirectoryExists(string path);

    /// <summary>Creates a directory and its missing parents. Does nothing where it exists.</summary>
    /// <param name="path">The path.</param>
    void CreateDirectory(string path);

    /// <summary>Lists the entries of a directory, in ordinal order of their names.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>Its entries.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    IReadOnlyList<FileSystemEntry> List(string directory);

    /// <summary>Gives a file or directory another name in one step, replacing a file of that name.</summary>
    /// <param name="path">The name now.</param>
    /// <param name="newPath">The new name.</param>
    void Rename(string path, string newPath);

    /// <summary>Deletes a file. Does nothing where there is none. Open handles go on reading.</summary>
    /// <param name="path">The path.</param>
    void DeleteFile(string path);

    /// <summary>Deletes a directory and all it holds. Does nothing where there is none.</summary>
    /// <param name="path">The path.</param>
    void DeleteDirectory(string path);

    /// <summary>Forces the names in a directory to the disk.</summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="FlushFailedException">The disk refused. Nobody may try again.</exception>
    void SyncDirectory(string path);

    /// <summary>Takes a lock that at most one holder in all processes has, until it is disposed or its process
    /// ends.</summary>
    /// <param name="path">The file that stands for the lock. It is created where it is missing.</param>
    /// <returns>The lock, or <see langword="null"/> where somebody else holds it.</returns>
    IDisposable? TryLock(string path);

    /// <summary>Returns when a file was last written.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The time, or <see langword="null"/> where the system does not say, or there is no such file.</returns>
    DateTimeOffset? LastWriteTime(string path) => null;

    /// <summary>Returns how many bytes may still be written below a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The number of bytes; <see cref="long.MaxValue"/> where the system does not say.</returns>
    long AvailableBytes(string directory);

    /// <summary>Returns how many bytes the volume of a directory has, free and taken.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The number of bytes; -1 where the system does not say.</returns>
    long TotalBytes(string directory) => -1;
}
