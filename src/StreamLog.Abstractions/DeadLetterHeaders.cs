namespace StreamLog;

/// <summary>The headers that a dead letter has behind those of the record it was. All values are text in
/// UTF-8.</summary>
public static class DeadLetterHeaders
{
    /// <summary>The topic that the record was read from.</summary>
    public const string Topic = "streamlog.dead-letter.topic";

    /// <summary>The partition that the record was read from.</summary>
    public const string Partition = "streamlog.dead-letter.partition";

    /// <summary>The record's offset there.</summary>
    public const string Offset = "streamlog.dead-letter.offset";

    /// <summary>The record's time, in milliseconds since 1970 in UTC. The dead letter's own is when it was put
    /// aside.</summary>
    public const string Timestamp = "streamlog.dead-letter.timestamp";

    /// <summary>The group whose handler failed.</summary>
    public const string Group = "streamlog.dead-letter.group";

    /// <summary>How often it was tried.</summary>
    public const string Attempts = "streamlog.dead-letter.attempts";

    /// <summary>The full name of the type of the last exception.</summary>
    public const string ExceptionType = "streamlog.dead-letter.exception-type";

    /// <summary>The message of the last exception.</summary>
    public const string ExceptionMessage = "streamlog.dead-letter.exception-message";
}
