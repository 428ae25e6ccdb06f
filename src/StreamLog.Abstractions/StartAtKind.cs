namespace StreamLog;

/// <summary>The ways to say where reading begins.</summary>
public enum StartAtKind
{
    /// <summary>At the first record that is still there.</summary>
    Earliest,

    /// <summary>Behind the last record.</summary>
    Latest,

    /// <summary>At an offset.</summary>
    Offset,

    /// <summary>At the first record that is not older than a time.</summary>
    Timestamp,
}
