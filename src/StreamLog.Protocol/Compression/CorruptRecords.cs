using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Protocol.Compression;

/// <summary>Throws what every codec throws when compressed bytes are not what they should be.</summary>
internal static class CorruptRecords
{
    [DoesNotReturn]
    public static void Throw(CompressionType type, string what) => throw Because(type, what);

    [DoesNotReturn]
    public static void ThrowTruncated(CompressionType type) => Throw(type, "they end early");

    public static StreamLogException Because(CompressionType type, string what, Exception? cause = null) => new(
        ErrorCode.CorruptMessage,
        $"The records compressed with {type} are corrupt: {what}. Fetch or produce the batch again.",
        cause);
}
