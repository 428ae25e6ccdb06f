using System.Buffers;
using System.Text.Json;
using StreamLog.Extensibility;
using StreamLog.Storage;

namespace StreamLog.Quorum;

/// <summary>Keeps the <see cref="QuorumState"/> in the file <c>quorum-state</c>: Kafka's JSON of version 1.</summary>
/// <remarks>Not thread-safe; its quorum owns it. <code>
/// {"leaderId":1,"leaderEpoch":7,"votedId":1,"votedDirectoryId":"(base64 of 16 bytes)","data_version":1}
/// </code></remarks>
internal sealed class QuorumStateFile
{
    private const int BytesMax = 64 * 1024;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _path;

    /// <summary>Names the file.</summary>
    /// <param name="files">The files.</param>
    /// <param name="directory">The directory of the metadata log.</param>
    public QuorumStateFile(IFileSystem files, string directory)
    {
        _files = files;
        _directory = directory;
        _path = Path.Combine(directory, LogFileNames.QuorumState);
    }

    /// <summary>Reads the file.</summary>
    /// <param name="state">What stands in it, or <see langword="null"/> where there is no file.</param>
    /// <returns><see langword="false"/> if there is a file that cannot be understood.</returns>
    public bool TryRead(out QuorumState? state)
    {
        state = null;
        if (!_files.FileExists(_path))
            return true;

        using IFile file = _files.Open(_path, FileOpenMode.OpenRead);
        if (file.Length > BytesMax)
            return false;

        byte[] bytes = new byte[file.Length];
        int read = file.Read(bytes, 0);
        try
        {
            state = Parse(bytes.AsSpan(0, read));
            return true;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Replaces the file; it is on the disk when the call returns.</summary>
    /// <param name="state">What to write.</param>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Write(QuorumState state)
    {
        string temporary = _path + ".tmp";
        using (IFile file = _files.Open(temporary, FileOpenMode.OpenOrCreate))
        {
            file.SetLength(0);
            file.Write(Format(state), 0);
            file.DataSync();
        }

        _files.Rename(temporary, _path);
        _files.SyncDirectory(_directory);
    }

    private static byte[] Format(QuorumState state)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("leaderId"u8, state.LeaderId);
            json.WriteNumber("leaderEpoch"u8, state.LeaderEpoch);
            json.WriteNumber("votedId"u8, state.VotedId);
            json.WriteString("votedDirectoryId"u8, ToText(state.VotedDirectoryId));
            json.WriteNumber("data_version"u8, 1);
            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static QuorumState Parse(ReadOnlySpan<byte> bytes)
    {
        Utf8JsonReader json = new(bytes);
        int leaderId = -1;
        int leaderEpoch = -1;
        int votedId = -1;
        Guid votedDirectoryId = Guid.Empty;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1)
                continue;

            string name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case "leaderId":
                    leaderId = json.GetInt32();
                    break;
                case "leaderEpoch":
                    leaderEpoch = json.GetInt32();
                    break;
                case "votedId":
                    votedId = json.GetInt32();
                    break;
                case "votedDirectoryId":
                    votedDirectoryId = FromText(json.GetString()!);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return leaderEpoch >= 0
            ? new QuorumState(leaderId, leaderEpoch, votedId, votedDirectoryId)
            : throw new JsonException("The leader epoch is missing.");
    }

    // Kafka writes ids as URL-safe base64 of the big-endian bytes, without padding.
    private static string ToText(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    private static Guid FromText(string text) =>
        new(System.Buffers.Text.Base64Url.DecodeFromChars(text), bigEndian: true);
}
