using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Reads and replaces small files as a whole.</summary>
internal static class AtomicFile
{
    /// <summary>No small file of ours comes near it: a longer one is not ours.</summary>
    public const int BytesMax = 256 * 1024 * 1024;

    /// <summary>
    /// Replaces a file so that a crash leaves the old content or the new one, and the new one once this returns.
    /// </summary>
    /// <exception cref="IOException">The disk failed or is full; the old content stands.</exception>
    public static void Replace(IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        Write(files, path, content);
        files.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>As <see cref="Replace"/>, but for the caller to sync the directory.</summary>
    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> content)
    {
        string temporary = path + LogFileNames.Temporary;
        using (IFile file = files.Open(temporary, FileOpenMode.OpenOrCreate))
        {
            file.SetLength(0);
            file.Write(content, 0);
            file.DataSync();
        }

        files.Rename(temporary, path);
    }

    /// <summary>Reads a file as a whole.</summary>
    /// <returns>Its content, or <see langword="null"/> where there is none.</returns>
    /// <exception cref="IOException">The disk failed, or the file is far too long.</exception>
    public static byte[]? Read(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
            return null;

        using IFile file = files.Open(path, FileOpenMode.OpenRead);
        long length = file.Length;
        if (length > BytesMax)
            throw new IOException($"{path} has {length} bytes, where at most {BytesMax} make sense. Move it away.");

        byte[] content = new byte[length];
        int read = file.Read(content, 0);
        return read == content.Length ? content : content[..read];
    }
}
