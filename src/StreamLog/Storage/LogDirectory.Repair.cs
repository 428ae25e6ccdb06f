namespace StreamLog.Storage;

internal sealed partial class LogDirectory
{
    /// <summary>Gets the damage that was found in sealed segments and not mended since.</summary>
    public IReadOnlyList<ScrubFinding> Findings => [.. OpenLogs().SelectMany(log => log.State.Findings)];

    /// <summary>
    /// Closes a partition, cuts out what is damaged in its files, and opens it again. What cannot be mended leaves it
    /// offline, as it may have been before. Blocks for as long as it takes to read the partition.
    /// </summary>
    /// <param name="tp">The partition.</param>
    /// <param name="topicId">The id of its topic.</param>
    /// <param name="config">How it is kept.</param>
    /// <returns>What came of it. The log is another one than before.</returns>
    /// <exception cref="StreamLogException">The directory is closed or offline.</exception>
    public RepairResult RepairPartition(TopicPartition tp, Guid topicId, LogConfig config)
    {
        PartitionLog? before;
        lock (_gate)
        {
            ThrowIfUnusable();
            if (!_opening.Add(tp))
                throw new InvalidOperationException($"Partition {tp} is just being opened.");
            _logs.Remove(tp, out before);
        }

        RepairResult result = new();
        try
        {
            before?.CloseForRepair();
            try
            {
                LogState state = new(tp, topicId, _services.Directories.PathOf(tp), config, _settings, _services.Tails);
                PartitionRepair.Run(_services, state, result);
            }
            catch (Exception error)
            {
                // Whatever came in between, the partition is opened as it is.
                result.Error = error;
                FailIfNotFlushed(error);
            }

            result.Log = new PartitionLog(OpenFiles(tp, topicId, config, wasClean: false), _services);
        }
        catch (StreamLogException error)
        {
            result.Error ??= error;
        }
        finally
        {
            Add(tp, result.Log);
        }

        Tell(tp, result);
        return result;
    }

    private void Tell(TopicPartition tp, RepairResult result)
    {
        foreach (LostRecords lost in result.Lost)
        {
            Log.Cut(
                _logger, tp, lost.File, lost.Position, lost.Bytes, lost.FirstOffset, lost.OffsetCount, lost.Fault,
                lost.Copy ?? "no file");
            _services.Metrics.Maintenance.Repaired(tp.Topic, lost.Bytes);
        }

        if (result.Error is { } error)
            Log.RepairFailed(_logger, error, tp);
        else
            Log.Repaired(_logger, tp, result.Lost.Count, result.MendedBatches, result.Log!.IsOnline);

        // The directory may have failed meanwhile, and then it told only those that it knew.
        if (Volatile.Read(ref _failure) is { } failure)
            result.Log?.GoOffline(failure);
    }
}
