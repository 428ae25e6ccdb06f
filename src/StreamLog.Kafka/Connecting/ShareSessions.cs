namespace StreamLog.Kafka.Connecting;

/// <summary>The sessions in which one client reads from queues (KIP-932). A client has one; behind it is one at each
/// broker that leads a partition of it, with an epoch of its own.</summary>
/// <remarks>Owned by the client's links. Thread-safe.</remarks>
internal sealed class ShareSessions
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<(string Group, string Member), ShareSession> _sessions = [];

    /// <summary>Begins a session anew.</summary>
    /// <param name="group">The group.</param>
    /// <param name="member">The member.</param>
    /// <returns>The session, without partitions.</returns>
    public ShareSession Begin(string group, string member)
    {
        lock (_gate)
            return _sessions[(group, member)] = new ShareSession();
    }

    /// <summary>Finds a session.</summary>
    /// <param name="group">The group.</param>
    /// <param name="member">The member.</param>
    /// <returns>The session, or <see langword="null"/>.</returns>
    public ShareSession? Find(string group, string member)
    {
        lock (_gate)
            return _sessions.GetValueOrDefault((group, member));
    }

    /// <summary>Ends a session.</summary>
    /// <param name="group">The group.</param>
    /// <param name="member">The member.</param>
    public void End(string group, string member)
    {
        lock (_gate)
            _sessions.Remove((group, member));
    }
}
