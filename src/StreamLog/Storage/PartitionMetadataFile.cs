using System.Text;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>Kafka's <c>partition.metadata</c>: the id of the topic whose records the directory holds.</summary>
internal static class PartitionMetadataFile
{
    private const string Prefix = "version: 0\ntopic_id: ";

    public static void Write(IFileSystem files, string directory, Guid topicId) => AtomicFile.Replace(
        files, Path.Combine(directory, LogFileNames.PartitionMetadata),
        Encoding.UTF8.GetBytes($"{Prefix}{DirectoryIdentity.Encode(topicId)}\n"));

    /// <summary>Reads the id, or <see langword="null"/> where there is no sound file.</summary>
    public static Guid? Read(IFileSystem files, string directory)
    {
        byte[]? content = AtomicFile.Read(files, Path.Combine(directory, LogFileNames.PartitionMetadata));
        string text = content is null ? "" : Encoding.UTF8.GetString(content);
        bool isSound = text.StartsWith(Prefix, StringComparison.Ordinal)
            & DirectoryIdentity.TryDecode(text[Math.Min(Prefix.Length, text.Length)..].TrimEnd(), out Guid id);
        return isSound ? id : null;
    }
}
