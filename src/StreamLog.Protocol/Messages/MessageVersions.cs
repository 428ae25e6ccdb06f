using System.Runtime.CompilerServices;

namespace StreamLog.Protocol.Messages;

/// <summary>What generated codecs throw about versions. Stateless.</summary>
internal static class MessageVersions
{
    /// <summary>Throws unless a version is supported.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Check(string message, short version, short min, short max)
    {
        if (version < min || version > max)
            throw Unsupported(message, version, min, max);
    }

    /// <summary>Creates the exception for a value that a version has no room for.</summary>
    public static StreamLogException NoRoom(string field, short version) => new(
        ErrorCode.UnsupportedVersion,
        $"{field} has a value that version {version} cannot express. Leave its default, or ask a newer broker.");

    /// <summary>Creates the exception for a null that a version has no room for.</summary>
    public static StreamLogException NoNull(string field, short version) => new(
        ErrorCode.UnsupportedVersion,
        $"{field} is null, which version {version} cannot express. Give it a value, or ask a newer broker.");

    private static StreamLogException Unsupported(string message, short version, short min, short max) => new(
        ErrorCode.UnsupportedVersion,
        $"Version {version} of {message} is not supported. Versions {min} to {max} are.");
}
