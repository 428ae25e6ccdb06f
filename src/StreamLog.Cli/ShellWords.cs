namespace StreamLog.Cli;

/// <summary>Puts the advice of errors, which names what an application calls, into the words of a shell.</summary>
internal static class ShellWords
{
    private static readonly (string Api, string Command)[] Advice =
    [
        ("Create it with IAdmin.CreateTopicAsync or AddTopic, or set AutoCreateTopics.",
            "'streamlog topics create' creates it."),
        ("IAdmin.DescribeTopicAsync tells which partitions there are.",
            "'streamlog topics describe' tells which partitions there are."),
        ("IStreamLog.Topics and the log tell why.",
            "'streamlog topics describe' tells why, and 'streamlog verify' what is damaged."),
    ];

    /// <summary>Returns a message for who has a shell.</summary>
    public static string Of(string message)
    {
        foreach ((string api, string command) in Advice)
            message = message.Replace(api, command, StringComparison.Ordinal);
        return message;
    }
}
