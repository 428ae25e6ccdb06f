using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using StreamLog.Metadata;

namespace StreamLog.Groups.Consumer;

/// <summary>The topics that the members of a group subscribe to, in one image of the metadata. Immutable.</summary>
internal sealed class Subscriptions
{
    /// <summary>Looks the topics up.</summary>
    /// <param name="image">The image.</param>
    /// <param name="patterns">The topics that regular expressions stand for in it.</param>
    public Subscriptions(ClusterImage image, IReadOnlyDictionary<string, IReadOnlyList<string>> patterns)
    {
        Image = image;
        Patterns = patterns;
    }

    /// <summary>Gets the image.</summary>
    public ClusterImage Image { get; }

    /// <summary>Gets the topics that regular expressions stand for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Patterns { get; }

    /// <summary>Finds the topics of one member.</summary>
    /// <param name="member">The member.</param>
    /// <returns>Those that there are, each once.</returns>
    public IReadOnlyList<TopicImage> TopicsOf(ConsumerMember member) =>
        [.. NamesOf(member).Select(Image.FindTopic).OfType<TopicImage>()];

    /// <summary>Counts the partitions of the topics of some members.</summary>
    /// <param name="members">The members.</param>
    /// <returns>How many partitions each topic has, by its id.</returns>
    public Dictionary<Guid, int> CountPartitions(IEnumerable<ConsumerMember> members) =>
        TopicsOf(members).ToDictionary(topic => topic.TopicId, topic => topic.Partitions.Length);

    /// <summary>Hashes what an assignment depends on but for the members: topics, and how many partitions they
    /// have.</summary>
    /// <param name="members">The members.</param>
    /// <returns>The hash; 0 where there are no topics.</returns>
    public long Hash(IEnumerable<ConsumerMember> members)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isEmpty = true;
        Span<byte> number = stackalloc byte[sizeof(int)];
        foreach (TopicImage topic in TopicsOf(members))
        {
            isEmpty = false;
            BinaryPrimitives.WriteInt32BigEndian(number, topic.Partitions.Length);
            hash.AppendData(topic.TopicId.ToByteArray(bigEndian: true));
            hash.AppendData(number);
            hash.AppendData(Encoding.UTF8.GetBytes(topic.Name));
        }

        return isEmpty ? 0 : BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset());
    }

    private TopicImage[] TopicsOf(IEnumerable<ConsumerMember> members) =>
    [
        .. members.SelectMany(NamesOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(Image.FindTopic).OfType<TopicImage>(),
    ];

    private IEnumerable<string> NamesOf(ConsumerMember member) =>
        Patterns.TryGetValue(member.TopicPattern, out IReadOnlyList<string>? topics)
            ? member.TopicNames.Union(topics, StringComparer.Ordinal)
            : member.TopicNames;
}
