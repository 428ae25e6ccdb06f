using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Protocol.Records;

/// <summary>Throws what every reader of record bytes throws when they are not what they should be.</summary>
/// <remarks>The throws stand here, outside the readers, so that these stay small enough to be inlined.</remarks>
internal static class CorruptBatch
{
    [DoesNotReturn]
    public static void Throw(string what) => throw new StreamLogException(
        ErrorCode.CorruptMessage, $"The record batch is corrupt: {what}. Fetch or produce it again.");

    [DoesNotReturn]
    public static void ThrowTruncatedRecord() => Throw("a record ends before its last field");

    [DoesNotReturn]
    public static void ThrowVarint() => Throw("a variable-length integer is longer than its type allows");

    [DoesNotReturn]
    public static void ThrowLength(string field, long length, int left) =>
        Throw($"the {field} claims {length} bytes where {left} are left");
}
