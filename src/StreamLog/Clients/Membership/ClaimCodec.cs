using System.Buffers.Binary;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <summary>Encodes and decodes what members of a classic group tell one another, as Kafka's clients and librdkafka
/// do. Stateless.</summary>
internal static class ClaimCodec
{
    /// <summary>Encodes what a member tells.</summary>
    /// <param name="topics">The topics that it reads.</param>
    /// <param name="owned">What it has.</param>
    /// <param name="generation">The generation that it has joined last, or -1.</param>
    /// <param name="assignedIn">The generation in which it was assigned what it has, or -1.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Write(
        IEnumerable<string> topics, IEnumerable<TopicPartition> owned, int generation, int assignedIn)
    {
        // Those who know no newer version than 1 read the generation there.
        byte[] userData = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(userData, assignedIn);
        return ConsumerProtocolFrames.Write(new ConsumerProtocolSubscription
        {
            Topics = [.. topics],
            UserData = userData,
            GenerationId = generation,
            OwnedPartitions =
            [
                .. ByTopic(owned).Select(static topic => new ConsumerProtocolSubscription.TopicPartitions
                {
                    Topic = topic.Key,
                    Partitions = [.. topic.Order()],
                }),
            ],
        });
    }

    /// <summary>Decodes what a member tells. One that tells nothing that can be read has no topics.</summary>
    /// <param name="member">The member.</param>
    /// <returns>What it tells.</returns>
    public static MemberClaim Read(JoinGroupResponse.JoinGroupResponseMember member)
    {
        ConsumerProtocolSubscription subscription;
        try
        {
            subscription = ConsumerProtocolFrames.ReadSubscription(member.Metadata);
        }
        catch (StreamLogException)
        {
            return new MemberClaim(member.MemberId, member.GroupInstanceId, [], [], Generation: -1);
        }

        return new MemberClaim(
            member.MemberId,
            member.GroupInstanceId,
            [.. subscription.Topics.Distinct(StringComparer.Ordinal)],
            [
                .. subscription.OwnedPartitions.SelectMany(static topic =>
                    topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition))).Distinct(),
            ],
            subscription.GenerationId >= 0 ? subscription.GenerationId : ReadGeneration(subscription.UserData));
    }

    /// <summary>Encodes an assignment.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteAssignment(IEnumerable<TopicPartition> partitions) =>
        ConsumerProtocolFrames.Write(new ConsumerProtocolAssignment
        {
            AssignedPartitions =
            [
                .. ByTopic(partitions).Select(static topic => new ConsumerProtocolAssignment.TopicPartitions
                {
                    Topic = topic.Key,
                    Partitions = [.. topic],
                }),
            ],
        });

    /// <summary>Decodes an assignment.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>The partitions.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static HashSet<TopicPartition> ReadAssignment(byte[] bytes) =>
    [
        .. ConsumerProtocolFrames.ReadAssignment(bytes).AssignedPartitions.SelectMany(static topic =>
            topic.Partitions.Select(partition => new TopicPartition(topic.Topic, partition))),
    ];

    // The generation is all that Kafka's clients write there, and comes last in what librdkafka writes.
    private static int ReadGeneration(byte[]? userData) => userData is { Length: >= sizeof(int) }
        ? BinaryPrimitives.ReadInt32BigEndian(userData.AsSpan(userData.Length - sizeof(int)))
        : -1;

    private static IEnumerable<IGrouping<string, int>> ByTopic(IEnumerable<TopicPartition> partitions) => partitions
        .GroupBy(static partition => partition.Topic, static partition => partition.Partition, StringComparer.Ordinal)
        .OrderBy(static topic => topic.Key, StringComparer.Ordinal);
}
