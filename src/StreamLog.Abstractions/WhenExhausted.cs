namespace StreamLog;

/// <summary>What becomes of a record that a handler failed on at every attempt, and that no dead-letter topic
/// takes.</summary>
public enum WhenExhausted
{
    /// <summary>The record stays where it is, with all that have its key, or with all of its partition where handling
    /// is not concurrent by key. Everything else goes on as far as the handler reads ahead, and the node is unhealthy
    /// until a restart tries again.</summary>
    Pause,

    /// <summary>The handler stops, and the node is unhealthy until a restart tries again.</summary>
    Stop,

    /// <summary>The record counts as done, with a warning in the log.</summary>
    Skip,
}
