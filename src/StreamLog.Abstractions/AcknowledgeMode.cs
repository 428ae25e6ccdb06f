namespace StreamLog;

/// <summary>How the records of a queue become done.</summary>
public enum AcknowledgeMode
{
    /// <summary>A record is accepted when the reader asks for the one behind it, unless something else was said of it.
    /// One that the reader leaves the loop with is released.</summary>
    Implicit,

    /// <summary>Each record is accepted, released or rejected by a call. One of which nothing is said is delivered
    /// again when its lock has run out.</summary>
    Explicit,
}
