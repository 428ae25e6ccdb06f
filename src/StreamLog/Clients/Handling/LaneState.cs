namespace StreamLog.Clients.Handling;

/// <summary>What a lane does.</summary>
internal enum LaneState
{
    /// <summary>Nothing: it has no record, or too few for a batch that may still grow.</summary>
    Idle,

    /// <summary>It waits for its turn.</summary>
    Ready,

    /// <summary>Its first records are being handled.</summary>
    Running,

    /// <summary>Its first records failed, and wait until they are tried again.</summary>
    Waiting,

    /// <summary>Its first records failed for good. It goes no further.</summary>
    Paused,
}
