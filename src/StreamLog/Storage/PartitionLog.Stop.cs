namespace StreamLog.Storage;

/// <content>How a log is stopped and closed.</content>
internal sealed partial class PartitionLog
{
    /// <summary>Flushes the log and writes what makes the next start short. Nobody uses the log any more.</summary>
    /// <returns><see langword="true"/> if everything is on the disk.</returns>
    internal async ValueTask<bool> StopAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        if (!IsOnline || _log.Segments.Length == 0)
            return false;

        bool isStopped = true;
        try
        {
            SaveForRestart();
        }
        catch (Exception error)
        {
            // Whatever it was, the other logs stop in order.
            isStopped = false;
            Fail("stopping", error);
        }

        return isStopped && _log.DurableOffset == _log.LogEndOffset;
    }

    /// <summary>Closes the files.</summary>
    internal void Close()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;

        Volatile.Read(ref _flushTimer)?.Dispose();
        _log.IsClosed = true;
        _log.TryFail(new StreamLogException(
            ErrorCode.NotLeaderOrFollower, $"Partition {_log.Partition} has been closed on this node."));

        // What is under way ends first: its files may soon be another's. What comes now is refused.
        _activation.AwaitTurn();
        _cutter.AwaitTurn();
        _epochs.AwaitTurn();
        Segment[] segments;
        lock (_log.NotesGate)
            lock (_log.Gate)
            {
                segments = _log.Segments;
                _log.Segments = [];
            }

        foreach (Segment segment in segments)
            segment.Release();
        _log.Tail.Clear();
    }

    /// <summary>Closes the files, and keeps what only memory knows of the producers of what may be lost.</summary>
    internal void CloseForRepair()
    {
        byte[]? producers = null;
        long end = 0;
        lock (_log.Gate)
        {
            if (_log.Failure is null && _log.AreProducersRead)
                producers = ProducerSnapshot.Encode(_log.Producers);
            end = _log.LogEndOffset;
        }

        Close();
        if (producers is null)
            return;
        try
        {
            string path = LogFileNames.PathOf(_log.Directory, end, LogFileNames.Snapshot);
            AtomicFile.Replace(_services.Files, path, producers);
        }
        catch (Exception error) when (DiskErrors.IsOfDisk(error))
        {
            Log.SnapshotNotWritten(_services.Logger, _log.Partition, error.Message);
        }
    }

    private void SaveForRestart()
    {
        if (!_log.IsActivated)
            return; // Nothing was changed, so what is on the disk is right.

        Segment active = _log.Active;
        active.File.SetLength(active.SizeInBytes); // Gives back what was set aside beyond, by this run or another.
        if (IsSoonRead(active))
            return;

        active.Indexes(_log.Config).Seal();
        active.SaveIndexes(_log.Config);
        AtomicFile.Write(
            _services.Files,
            LogFileNames.PathOf(_log.Directory, _log.LogEndOffset, LogFileNames.Snapshot),
            ProducerSnapshot.Encode(_log.Producers));
        _services.Files.SyncDirectory(_log.Directory);
    }

    // Four flushes for what a look at a few batches tells: with thousands of partitions they would be the whole stop.
    private bool IsSoonRead(Segment active) => active.SizeInBytes <= _log.Config.IndexIntervalBytes
        && (active.BaseOffset == 0 || _services.Files.FileExists(
            LogFileNames.PathOf(_log.Directory, active.BaseOffset, LogFileNames.Snapshot)));
}
