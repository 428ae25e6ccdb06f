using System.Buffers.Text;
using System.Globalization;
using System.Text;
using StreamLog.Extensibility;
using StreamLog.Protocol.Records;

namespace StreamLog.Storage;

/// <summary>Whose a data directory is: Kafka's <c>meta.properties</c>, and <c>streamlog.format</c> beside it.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="NodeId">The node.</param>
/// <param name="DirectoryId">The directory's own id, for life.</param>
internal sealed record DirectoryIdentity(string ClusterId, int NodeId, Guid DirectoryId)
{
    public const string MetaFileName = "meta.properties";
    public const string FormatFileName = "streamlog.format";

    // Raised when an older version could no longer read what a newer one writes.
    private const int FormatVersion = 1;
    private const string FormatKey = "version=";
    private const string ChecksumKey = "#streamlog.crc32c=";

    /// <summary>Reads the identity, or gives one to a directory that is new.</summary>
    /// <exception cref="StreamLogException">The directory is something else, another's, or a newer
    /// version's.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public static DirectoryIdentity Open(INodeEnvironment env, string path, LogDirectorySettings settings)
    {
        IFileSystem files = env.Files;
        string metaPath = Path.Combine(path, MetaFileName);
        CheckFormat(files, Path.Combine(path, FormatFileName));
        if (AtomicFile.Read(files, metaPath) is { } content)
        {
            DirectoryIdentity found = Decode(content, metaPath);
            found.Check(path, settings);
            if (!files.FileExists(Path.Combine(path, FormatFileName)))
                WriteFormat(files, path);
            return found;
        }

        ThrowIfForeign(files, path);
        WriteFormat(files, path);
        DirectoryIdentity created = new(settings.ClusterId ?? Encode(env.NewId()), settings.NodeId, env.NewId());
        AtomicFile.Replace(files, metaPath, created.Encode());
        return created;
    }

    /// <summary>Writes an id as Kafka does: 22 characters of base64 that need no escape in an address.</summary>
    public static string Encode(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads such an id.</summary>
    public static bool TryDecode(string text, out Guid id)
    {
        Span<byte> bytes = stackalloc byte[18];
        id = default;
        // The decoder returns false for a buffer that is too small, and throws where the text is none of its own.
        if (text.Length != 22 || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, bytes, out int length) || length != 16)
        {
            return false;
        }

        id = new Guid(bytes[..16], bigEndian: true);
        return true;
    }

    // A comment to Kafka. The file has no checksum of its own.
    private byte[] Encode()
    {
        string lines = string.Create(
            CultureInfo.InvariantCulture,
            $"cluster.id={ClusterId}\ndirectory.id={Encode(DirectoryId)}\nnode.id={NodeId}\nversion=1\n");
        uint crc = Crc32C.Compute(Encoding.UTF8.GetBytes(lines));
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ChecksumKey}{crc:x8}\n{lines}"));
    }

    private static DirectoryIdentity Decode(byte[] content, string path)
    {
        string text = Encoding.UTF8.GetString(content);
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (string line in text.Split('\n', Trimmed))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (line[0] is not ('#' or '!') && equals > 0)
                values[line[..equals].TrimEnd()] = line[(equals + 1)..].TrimStart();
        }

        bool isWhole = IsChecksumRight(text)
            && values.GetValueOrDefault("version") == "1"
            && values.TryGetValue("cluster.id", out string? _)
            && int.TryParse(values.GetValueOrDefault("node.id"), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && TryDecode(values.GetValueOrDefault("directory.id", ""), out _);
        if (!isWhole)
        {
            throw new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"{path} is corrupt or of an unknown version, so nobody can say whose directory it is. Restore the " +
                $"file from a " +
                "copy; nothing in the directory was changed.");
        }

        TryDecode(values["directory.id"], out Guid directoryId);
        return new DirectoryIdentity(
            values["cluster.id"], int.Parse(values["node.id"], CultureInfo.InvariantCulture), directoryId);
    }

    private static bool IsChecksumRight(string text)
    {
        if (!text.StartsWith(ChecksumKey, StringComparison.Ordinal))
            return !text.Contains("streamlog", StringComparison.OrdinalIgnoreCase); // Written by Kafka.

        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return end > 0 && uint.TryParse(
            text.AsSpan(ChecksumKey.Length, end - ChecksumKey.Length),
            NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint crc)
            && crc == Crc32C.Compute(Encoding.UTF8.GetBytes(text[(end + 1)..]));
    }

    private void Check(string path, LogDirectorySettings settings)
    {
        if (NodeId != settings.NodeId)
        {
            throw new StreamLogException(
                ErrorCode.KafkaStorageError,
                $"The data directory {path} belongs to node {NodeId}, and this is node {settings.NodeId}. Configure " +
                $"this node " +
                "with a directory of its own, or with the id of the directory.");
        }

        if (settings.ClusterId is { } clusterId && clusterId != ClusterId)
        {
            throw new StreamLogException(
                ErrorCode.InconsistentClusterId,
                $"The data directory {path} belongs to cluster {ClusterId}, and this node to {clusterId}. Configure " +
                $"this node " +
                "with a directory of its own, or with the id of that cluster.");
        }
    }

    private static void CheckFormat(IFileSystem files, string path)
    {
        if (AtomicFile.Read(files, path) is not { } content)
            return;

        string text = Encoding.UTF8.GetString(content).TrimEnd();
        ReadOnlySpan<char> digits = text.AsSpan(Math.Min(FormatKey.Length, text.Length));
        bool isVersion = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            && text.StartsWith(FormatKey, StringComparison.Ordinal);
        if (isVersion && version is > 0 and <= FormatVersion)
            return;

        throw new StreamLogException(ErrorCode.KafkaStorageError, isVersion
            ? $"{path} says that StreamLog format {version} is in use, and this version knows formats up to " +
                $"{FormatVersion}. Use " +
                "the newer version of StreamLog that wrote the directory; nothing in it was changed."
            : $"{path} is corrupt: it must say '{FormatKey}{FormatVersion}'. Restore it; nothing in the directory " +
                $"was changed.");
    }

    // A directory that is not empty and not ours is somebody else's: it is never written to.
    private static void ThrowIfForeign(IFileSystem files, string path)
    {
        foreach (FileSystemEntry entry in files.List(path))
        {
            bool isOurs = entry.Name.StartsWith("streamlog.", StringComparison.Ordinal) || entry.Name == "lost+found"
                || entry.Name == MetaFileName + LogFileNames.Temporary;
            if (!isOurs)
            {
                throw new StreamLogException(
                    ErrorCode.KafkaStorageError,
                    $"{path} is not empty and has no {MetaFileName}: it is no data directory of StreamLog " +
                    $"('{entry.Name}' is in " +
                    $"it). Choose an empty directory, or restore {MetaFileName}; nothing in it was changed.");
            }
        }
    }

    private static void WriteFormat(IFileSystem files, string path) => AtomicFile.Replace(
        files, Path.Combine(path, FormatFileName),
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{FormatKey}{FormatVersion}\n")));
}
