namespace StreamLog.Metadata;

/// <summary>Kafka's rules for the names of topics.</summary>
internal static class TopicNames
{
    /// <summary>The topic of the committed offsets and the groups.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>The topic of the transactions.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>The topic of how far share groups have come.</summary>
    public const string ShareGroupState = "__share_group_state";

    /// <summary>The name of the metadata log, which is no topic but looks like one on disk.</summary>
    public const string ClusterMetadata = "__cluster_metadata";

    // A directory's name is the topic's name, a hyphen and a number, and file systems stop at 255 bytes.
    private const int LengthMax = 249;

    /// <summary>Tells whether StreamLog keeps its own state in a topic.</summary>
    /// <param name="name">The topic's name.</param>
    /// <returns><see langword="true"/> for the internal topics.</returns>
    public static bool IsInternal(string name) => name is ConsumerOffsets or TransactionState or ShareGroupState;

    /// <summary>Says what is wrong with a name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>What is wrong and what would be right, or <see langword="null"/> for a legal name.</returns>
    public static string? FindFault(string name)
    {
        if (name.Length == 0)
            return "A topic's name may not be empty.";
        if (name is "." or "..")
            return $"A topic may not be called '{name}', because its directory could not be.";
        if (name.Length > LengthMax)
            return $"The topic's name has {name.Length} characters, and {LengthMax} are the most.";
        if (name == ClusterMetadata)
            return $"'{ClusterMetadata}' is the name of the metadata log and of no topic.";

        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return $"The topic's name '{name}' has the character '{c}'. Use ASCII letters, digits, '.', '_' " +
                    "and '-'.";
            }
        }

        return null;
    }

    /// <summary>Tells whether two names differ in '.' and '_' alone, which metrics cannot tell apart.</summary>
    /// <param name="left">One name.</param>
    /// <param name="right">The other name.</param>
    /// <returns><see langword="true"/> if they collide, or are equal.</returns>
    public static bool Collide(string left, string right)
    {
        if (left.Length != right.Length)
            return false;

        for (int i = 0; i < left.Length; i++)
        {
            if (Unify(left[i]) != Unify(right[i]))
                return false;
        }

        return true;
    }

    private static char Unify(char c) => c == '.' ? '_' : c;
}
