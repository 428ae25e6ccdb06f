using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamLog.Extensibility;

namespace StreamLog.Storage;

/// <summary>
/// Kafka's <c>.kafka_cleanshutdown</c>: the directory was stopped in order, and nothing was written since.
/// </summary>
internal static class CleanShutdownFile
{
    public const string FileName = ".kafka_cleanshutdown";

    /// <summary>Stands for a directory that was stopped in order before its node was registered.</summary>
    public const long NoEpoch = -1;

    /// <summary>Takes the marker away, durably, before anything else is written.</summary>
    /// <returns>The epoch of the node's registration that ended so; <see langword="null"/> if there was no sound
    /// marker.</returns>
    public static long? Take(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (AtomicFile.Read(files, path) is not { } content)
            return null;

        files.DeleteFile(path);
        files.SyncDirectory(directory);
        return Parse(content);
    }

    /// <summary>Writes the marker, as the last thing.</summary>
    public static void Leave(IFileSystem files, string directory, long brokerEpoch) => AtomicFile.Replace(
        files,
        Path.Combine(directory, FileName),
        Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{{\"version\":0,\"brokerEpoch\":{brokerEpoch}}}")));

    private static long? Parse(byte[] content)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            JsonElement root = document.RootElement;
            if (!root.GetProperty("version"u8).TryGetInt32(out int version) || version != 0)
                return null;

            return root.TryGetProperty("brokerEpoch"u8, out JsonElement epoch) ? epoch.GetInt64() : NoEpoch;
        }
        catch (Exception error) when (error
            is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }
}
