namespace StreamLog.Clients.Handling;

/// <summary>What became of records that were handed to a handler.</summary>
internal enum RecordFate
{
    /// <summary>They are done.</summary>
    Done,

    /// <summary>They are tried again later.</summary>
    Retried,

    /// <summary>They are tried again at once, one by one.</summary>
    Split,

    /// <summary>They stay where they are.</summary>
    Paused,

    /// <summary>Nothing: their partition is given up, and they come again.</summary>
    Abandoned,
}
