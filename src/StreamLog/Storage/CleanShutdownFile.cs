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

    /// <summary>Takes the marker away, durably, before anything else is written.</summary>
    /// <returns>Whether there was a sound one.</returns>
    public static bool Take(IFileSystem files, string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (AtomicFile.Read(files, path) is not { } content)
            return false;

        files.DeleteFile(path);
        files.SyncDirectory(directory);
        return IsSound(content);
    }

    /// <summary>Writes the marker, as the last thing.</summary>
    public static void Leave(IFileSystem files, string directory) => AtomicFile.Replace(
        files, Path.Combine(directory, FileName), Encoding.UTF8.GetBytes("{\"version\":0,\"brokerEpoch\":-1}"));

    private static bool IsSound(byte[] content)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("version", out JsonElement version)
                && version.TryGetInt32(out int number) && number == 0;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
