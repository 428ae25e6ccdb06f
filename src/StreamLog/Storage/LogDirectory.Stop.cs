namespace StreamLog.Storage;

/// <content>How a directory is stopped.</content>
internal sealed partial class LogDirectory
{
    // Fewer logs are stopped one after the other, in an order that tests can rely on.
    private const int ParallelStopMin = 256;

    /// <summary>
    /// Stops in order: flushes all, writes checkpoints and snapshots, and the marker of a clean stop last.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }

        bool isClean = false;
        try
        {
            isClean = await StopAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Of the disk, or a mistake of ours: the files are closed and the lock is let go in any case.
            Log.StopFailed(_logger, error, Path, error.Message);
        }

        foreach (PartitionLog log in TakeLogs(out _))
            log.Close();
        _services.Marks.Dispose();
        _lock.Dispose();
        Log.Stopped(_logger, Path, isClean);
    }

    private async ValueTask<bool> StopAsync()
    {
        // First, and before the logs are taken: a repair closes one and opens it again.
        await Maintenance.DisposeAsync().ConfigureAwait(false);
        PartitionLog[] logs = TakeLogs(out bool areAll);
        await _services.Deletions.DisposeAsync().ConfigureAwait(false);
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        await _services.Flushes.DisposeAsync().ConfigureAwait(false);
        bool isClean = areAll && _failure is null;
        isClean &= await StopAsync(logs).ConfigureAwait(false);
        _services.Checkpoints.Save([.. logs.Select(log => log.State)]);
        _services.Marks.Sync();
        if (isClean)
            CleanShutdownFile.Leave(_files, Path, BrokerEpoch);
        return isClean;
    }

    // Each log waits for the disk a few times, so many of them wait beside one another.
    private async ValueTask<bool> StopAsync(PartitionLog[] logs)
    {
        int left = logs.Length;
        if (logs.Length < ParallelStopMin)
        {
            foreach (PartitionLog log in logs)
                left -= await log.StopAsync().ConfigureAwait(false) ? 1 : 0;
            return left == 0;
        }

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _settings.ParallelFlushMax };
        await Parallel.ForEachAsync(
            logs,
            parallel,
            async (log, _) =>
            {
                if (await log.StopAsync().ConfigureAwait(false))
                    Interlocked.Decrement(ref left);
            }).ConfigureAwait(false);
        return left == 0;
    }

    private PartitionLog[] TakeLogs(out bool areAll)
    {
        lock (_gate)
        {
            _areTaken = true;
            areAll = _opening.Count == 0;
            return [.. _logs.Values];
        }
    }
}
