using Microsoft.Win32.SafeHandles;

namespace StreamLog.Cli;

/// <summary>The files that the tool reads by itself, without a node. Nothing here can change a byte.</summary>
/// <remarks>An open node's files go through its <c>IFileSystem</c>; this looks at them from outside.</remarks>
internal static class ReadOnlyDisk
{
#pragma warning disable RS0030 // The one place of the tool that touches files.
    public static bool FileExists(string path) => File.Exists(path);

    public static bool DirectoryExists(string path) => Directory.Exists(path);

    /// <summary>Reads a whole file that is known to be small.</summary>
    /// <exception cref="IOException">It is not there, or the disk failed.</exception>
    public static byte[] ReadAll(string path)
    {
        using SafeFileHandle handle = Open(path);
        byte[] content = new byte[RandomAccess.GetLength(handle)];
        int filled = 0;
        while (filled < content.Length)
        {
            int read = RandomAccess.Read(handle, content.AsSpan(filled), filled);
            if (read == 0)
                break;
            filled += read;
        }

        return content[..filled];
    }

    /// <summary>Reads a whole small text file.</summary>
    public static string ReadText(string path) => System.Text.Encoding.UTF8.GetString(ReadAll(path));

    /// <summary>Opens a file that others may go on writing to.</summary>
    public static SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Returns the number of bytes of a file.</summary>
    public static long LengthOf(string path) => new FileInfo(path).Length;

    /// <summary>Takes the lock of a data directory, as a node does; by a handle that cannot write.</summary>
    /// <returns>What lets go of it, also where there is no such file; <see langword="null"/> where a node holds
    /// it.</returns>
    public static IDisposable? TryLock(string path)
    {
        if (!File.Exists(path))
            return Stream.Null;
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Opens a file to read from its beginning to its end.</summary>
    public static Stream OpenStream(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    /// <summary>Returns the names of a directory's files, in order.</summary>
    public static IReadOnlyList<string> ListFiles(string directory) =>
        [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Returns the names of a directory's directories, in order.</summary>
    public static IReadOnlyList<string> ListDirectories(string directory) =>
    [
        .. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal),
    ];
#pragma warning restore RS0030
}
