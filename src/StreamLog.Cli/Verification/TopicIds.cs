using System.Buffers.Text;

namespace StreamLog.Cli.Verification;

/// <summary>Reads topic ids as Kafka writes them into files: 22 characters of base64 for addresses.</summary>
internal static class TopicIds
{
    private const int Characters = 22;

    public static bool TryParse(string text, out Guid id)
    {
        byte[] bytes = text.Length == Characters && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : [];
        id = bytes.Length == 16 ? new Guid(bytes, bigEndian: true) : default;
        return bytes.Length == 16;
    }
}
