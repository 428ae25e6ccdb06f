using System.Globalization;

namespace StreamLog.Cli.Groups;

/// <summary>A topic, or some of its partitions, as they are typed: <c>orders</c> or <c>orders:0,3</c>.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partitions">The partitions, or <see langword="null"/> for all.</param>
internal sealed record TopicSelection(string Topic, IReadOnlyList<int>? Partitions)
{
    /// <summary>Reads a selection.</summary>
    /// <exception cref="CommandFailure">It is none.</exception>
    public static TopicSelection Parse(string text)
    {
        // No topic has a colon in its name.
        int colon = text.IndexOf(':');
        if (colon < 0)
            return new TopicSelection(text, null);

        List<int> partitions = [];
        foreach (string number in text[(colon + 1)..].Split(','))
        {
            partitions.Add(int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
                ? partition
                : throw CommandFailure.Usage($"'{text}' is no topic with partitions. Write it like orders:0,3."));
        }

        return new TopicSelection(text[..colon], partitions);
    }

    /// <summary>Chooses what is selected.</summary>
    public IEnumerable<TopicPartition> Choose(IEnumerable<TopicPartition> from) => from.Where(partition =>
        partition.Topic == Topic && (Partitions is null || Partitions.Contains(partition.Partition)));
}
