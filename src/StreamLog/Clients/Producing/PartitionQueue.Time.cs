namespace StreamLog.Clients.Producing;

// What the mere passing of time does: batches that linger go, and what takes too long is given up.
internal sealed partial class PartitionQueue
{
    private void OnTimer()
    {
        List<(ProducerBatch Batch, ProduceFailure Failure)> expired = [];
        List<ProduceCall> stopped = [];
        bool send;
        lock (_gate)
        {
            long now = _engine.Time.GetTimestamp();
            Sweep(now, expired, stopped);
            send = TryBeginSending();
            if (!send && !_isSending)
                ArmTimer();
        }

        foreach (ProduceCall call in stopped)
            call.Cancel();
        foreach ((ProducerBatch batch, ProduceFailure failure) in expired)
            Finish(batch, failure);
        SendOnPool(send);
    }

    /// <summary>Takes out what has waited too long, and gives up requests that were not answered in time.</summary>
    private void Sweep(long now, List<(ProducerBatch Batch, ProduceFailure Failure)> expired, List<ProduceCall> stopped)
    {
        for (int i = _inFlight.Count - 1; i >= 0; i--)
        {
            ProducerBatch batch = _inFlight[i];
            bool isTooOld = now - batch.OpenedAt >= _engine.DeliveryTimeout;
            if (batch.RequestDeadline == long.MaxValue || (!isTooOld && now < batch.RequestDeadline))
                continue;
            if (!batch.Call!.TryGiveUp(batch))
                continue;

            stopped.Add(batch.Call);
            batch.Call = null;
            batch.MayBeAppended = true;
            _inFlight.RemoveAt(i);
            PutBack(batch);
        }

        // Of a transaction that cannot be committed nothing is sent again.
        ProduceFailure? failure = _engine.Transaction?.Failure;
        long openedUntil = failure is null ? now - _engine.DeliveryTimeout : long.MaxValue;
        foreach (ProducerBatch batch in _retries.TakeOpenedUntil(openedUntil))
        {
            _sequences.GaveUp();
            expired.Add((batch, failure ?? Expire(batch)));
        }

        while (_intake.Oldest is { } oldest && now - oldest.OpenedAt >= _engine.DeliveryTimeout)
            expired.Add((_intake.TryTake()!, Expire(oldest)));
    }

    private ProduceFailure Expire(ProducerBatch batch) =>
        _engine.KeepFailure(batch, ProduceOutcome.Expired(_partition, _engine.Options, batch));

    /// <summary>Sets the timer to the next moment at which time alone changes something.</summary>
    private void ArmTimer()
    {
        long due = long.MaxValue;
        foreach (ProducerBatch batch in _inFlight)
        {
            // One whose bytes are being built cannot be given up yet; its sender comes back here.
            if (batch.RequestDeadline != long.MaxValue)
                due = Math.Min(due, Math.Min(batch.RequestDeadline, batch.OpenedAt + _engine.DeliveryTimeout));
        }

        foreach (ProducerBatch batch in _retries)
            due = Math.Min(due, batch.OpenedAt + _engine.DeliveryTimeout);
        if (_intake.Oldest is { } oldest)
            due = Math.Min(due, oldest.OpenedAt + _engine.DeliveryTimeout);
        _timer.Arm(Math.Min(due, NextSending()));
    }

    /// <summary>Returns when something may be sent by the mere passing of time.</summary>
    private long NextSending()
    {
        if (_waitsFor != QueueWait.None || IsWindowFull || _engine.Transaction is { HasFailed: true })
            return long.MaxValue;
        if (BeginsAnew)
            return _inFlight.Count == 0 ? _retryAt : long.MaxValue;
        return _engine.Linger > 0 && _intake.Open is { Count: > 0 } open
            ? open.OpenedAt + _engine.Linger : long.MaxValue;
    }
}
