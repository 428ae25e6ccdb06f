namespace StreamLog.Clients;

/// <summary>Says which names a topic may have. They are Kafka's rules.</summary>
internal static class TopicNames
{
    private const int MaxLength = 249;

    /// <summary>Throws where a name is not legal.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentNullException">The name is <see langword="null"/>.</exception>
    /// <exception cref="StreamLogException">The name is not legal: <see cref="ErrorCode.InvalidTopic"/>.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string? wrong =
            name.Length == 0 ? "it is empty" :
            name.Length > MaxLength ? $"it has {name.Length} characters" :
            name is "." or ".." ? "that names a directory" :
            name.AsSpan().IndexOfAnyExcept(Legal) is int at and >= 0 ? $"'{name[at]}' is not allowed" : null;
        if (wrong is not null)
        {
            throw new StreamLogException(
                ErrorCode.InvalidTopic,
                $"'{name}' cannot name a topic: {wrong}. Use 1 to {MaxLength} letters, digits, dots, hyphens and "
                + "underscores.");
        }
    }

    private static readonly System.Buffers.SearchValues<char> Legal = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}
