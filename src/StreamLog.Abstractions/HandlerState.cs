namespace StreamLog;

/// <summary>What a handler of a topic does.</summary>
public enum HandlerState
{
    /// <summary>It begins to read, or waits before it tries again.</summary>
    Starting,

    /// <summary>It reads and handles.</summary>
    Running,

    /// <summary>It has stopped for good.</summary>
    Stopped,
}
