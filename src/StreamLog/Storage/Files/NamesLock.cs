namespace StreamLog.Storage.Files;

/// <summary>Lets files be opened beside one another, and none while a name changes.</summary>
/// <remarks>Owned by a <see cref="HandleCache"/>. A thread that changes names opens none meanwhile by this
/// lock.</remarks>
internal sealed class NamesLock
{
    // Not a Lock: threads wait on it.
    private readonly object _gate = new();

    // Below here: guarded by _gate.
    private int _opening;
    private bool _isChanging;

    public void EnterOpening()
    {
        lock (_gate)
        {
            while (_isChanging)
                Monitor.Wait(_gate);
            _opening++;
        }
    }

    public void ExitOpening()
    {
        lock (_gate)
        {
            if (--_opening == 0)
                Monitor.PulseAll(_gate);
        }
    }

    public void EnterChange()
    {
        lock (_gate)
        {
            while (_isChanging)
                Monitor.Wait(_gate);
            _isChanging = true; // From here on none begins to open, so that those who change are not kept waiting.
            while (_opening > 0)
                Monitor.Wait(_gate);
        }
    }

    public void ExitChange()
    {
        lock (_gate)
        {
            _isChanging = false;
            Monitor.PulseAll(_gate);
        }
    }
}
