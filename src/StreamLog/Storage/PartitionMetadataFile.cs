using System.Text;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Kafka's <c>partition.metadata</c>: the id of the topic whose records the directory holds.</summary>
internal static class PartitionMetadataFile
{
    private const string Prefix = "version: 0\ntopic_id: ";

    /// <summary>Writes the id durably, but for the name: the caller syncs the directory.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void Write(IFileSystem files, string directory, Guid topicId) =>
        AtomicFile.Write(files, Path.Combine(directory, LogFileNames.PartitionMetadata), Encode(topicId));

    /// <summary>Forces to the disk what was written into a new directory, but for the name: the caller syncs the
    /// directory. What stands there already is the same, so that a torn write harms nothing.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void Flush(IFileSystem files, string directory, Guid topicId)
    {
        using IFile file = WriteInPlace(files, directory, topicId);
        file.DataSync();
    }

    /// <summary>Writes the id into a new directory. A crash may leave anything of it.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void WriteUnflushed(IFileSystem files, string directory, Guid topicId) =>
        WriteInPlace(files, directory, topicId).Dispose();

    /// <summary>Reads the id, or <see langword="null"/> where there is no sound file.</summary>
    public static Guid? Read(IFileSystem files, string directory)
    {
        byte[]? content = AtomicFile.Read(files, Path.Combine(directory, LogFileNames.PartitionMetadata));
        string text = content is null ? "" : Encoding.UTF8.GetString(content);
        bool isSound = text.StartsWith(Prefix, StringComparison.Ordinal)
            & DirectoryIdentity.TryDecode(text[Math.Min(Prefix.Length, text.Length)..].TrimEnd(), out Guid id);
        return isSound ? id : null;
    }

    private static IFile WriteInPlace(IFileSystem files, string directory, Guid topicId)
    {
        byte[] content = Encode(topicId);
        IFile file = files.Open(Path.Combine(directory, LogFileNames.PartitionMetadata), FileOpenMode.OpenOrCreate);
        try
        {
            file.Write(content, 0);
            if (file.Length > content.Length)
                file.SetLength(content.Length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static byte[] Encode(Guid topicId) =>
        Encoding.UTF8.GetBytes($"{Prefix}{DirectoryIdentity.Encode(topicId)}\n");
}
