namespace StreamLog.Groups.Share;

/// <summary>Who waits for records of a share group to become available. Thread-safe; nobody is called under its
/// lock.</summary>
internal sealed class ShareWaiters
{
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.
    private readonly Dictionary<SharePartitionKey, HashSet<Action>> _waiting = [];

    /// <summary>Has somebody called whenever there may be records, until it is taken out.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="wake">What to call. It must not throw.</param>
    public void Add(in SharePartitionKey key, Action wake)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(key, out HashSet<Action>? waiting))
                _waiting.Add(key, waiting = []);
            waiting.Add(wake);
        }
    }

    /// <summary>Takes somebody out.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="wake">What was to be called.</param>
    public void Remove(in SharePartitionKey key, Action wake)
    {
        lock (_gate)
        {
            if (_waiting.TryGetValue(key, out HashSet<Action>? waiting) && waiting.Remove(wake) && waiting.Count == 0)
                _waiting.Remove(key);
        }
    }

    /// <summary>Calls who waits.</summary>
    /// <param name="key">Group and partition.</param>
    public void Wake(SharePartitionKey key)
    {
        Action[] woken;
        lock (_gate)
            woken = _waiting.TryGetValue(key, out HashSet<Action>? waiting) ? [.. waiting] : [];
        foreach (Action wake in woken)
            wake();
    }
}
