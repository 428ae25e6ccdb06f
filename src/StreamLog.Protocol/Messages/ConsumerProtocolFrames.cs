using StreamLog.Protocol.Wire;

namespace StreamLog.Protocol.Messages;

/// <summary>Frames what consumers of a classic group tell one another through the broker, as Kafka's clients do:
/// a 16-bit version and the fields. Stateless.</summary>
public static class ConsumerProtocolFrames
{
    // Readers stop behind the fields that they know, so that the newest version is written to all.
    private static readonly short SubscriptionVersion = ConsumerProtocolSubscription.MaxVersion;

    // The oldest, since all have the same layout, and not everybody reads a version that they do not know.
    private static readonly short AssignmentVersion = ConsumerProtocolAssignment.MinVersion;

    /// <summary>Encodes a subscription.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(ConsumerProtocolSubscription subscription) =>
        ConsumerOffsetRecords.Write(subscription, SubscriptionVersion);

    /// <summary>Encodes an assignment.</summary>
    /// <param name="assignment">The assignment.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(ConsumerProtocolAssignment assignment) =>
        ConsumerOffsetRecords.Write(assignment, AssignmentVersion);

    /// <summary>Decodes a subscription. What newer versions add at its end is passed over.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The subscription.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static ConsumerProtocolSubscription ReadSubscription(ReadOnlySpan<byte> bytes) =>
        Read<ConsumerProtocolSubscription>(bytes);

    /// <summary>Decodes an assignment. What newer versions add at its end is passed over.</summary>
    /// <param name="bytes">The bytes; none stand for an assignment of nothing.</param>
    /// <returns>The assignment.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static ConsumerProtocolAssignment ReadAssignment(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? new ConsumerProtocolAssignment() : Read<ConsumerProtocolAssignment>(bytes);

    private static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>
    {
        WireReader reader = new(bytes, ErrorCode.CorruptMessage);
        short version = reader.ReadInt16();
        return T.Read(ref reader, Math.Min(version, T.MaxVersion));
    }
}
