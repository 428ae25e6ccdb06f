using StreamLog.Clients.Consuming;

namespace StreamLog.Clients;

// What a member of a group asks of its consumer, besides reading.
internal sealed partial class Consumer<TKey, TValue>
{
    /// <summary>Stops or resumes yielding for a moment: what was fetched stays, while there is room.</summary>
    internal void Hold(TopicPartition partition, bool isHeld)
    {
        _readings.SetHeld(partition, isHeld);
        _loop.Look();
        if (!isHeld)
            _loop.WakeReader();
    }

    /// <summary>Tells the offset of the record that is yielded next, of each partition.</summary>
    internal Dictionary<TopicPartition, OffsetAndMetadata> Positions()
    {
        Dictionary<TopicPartition, OffsetAndMetadata> positions = [];
        foreach ((TopicPartition partition, PartitionReading reading) in _readings.Readings())
            positions[partition] = new OffsetAndMetadata(reading.Position);
        return positions;
    }

    /// <summary>Asks how far each partition is behind its end.</summary>
    internal async ValueTask<IReadOnlyDictionary<TopicPartition, long>> LagsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<TopicPartition> partitions = _readings.Partitions();
        Dictionary<TopicPartition, long> lags = [];
        if (partitions.Count == 0)
            return lags;

        IReadOnlyDictionary<TopicPartition, long> ends = await Offsets
            .FindAsync(partitions, StartAt.Latest, _options.ApiTimeout, cancellationToken).ConfigureAwait(false);
        foreach ((TopicPartition partition, OffsetAndMetadata position) in Positions())
        {
            if (ends.TryGetValue(partition, out long end))
                lags[partition] = Math.Max(0, end - position.Offset);
        }

        return lags;
    }

    /// <summary>Tells which records were yielded of each partition since it was assigned: from the one to before the
    /// other.</summary>
    internal Dictionary<TopicPartition, (long Begin, long End)> Yielded() =>
        _readings.Readings().ToDictionary(
            static pair => pair.Key, static pair => (pair.Value.Begin, pair.Value.Position));

    /// <summary>Yields records again, where that many were yielded.</summary>
    internal void Rewind(IReadOnlyDictionary<TopicPartition, long> from)
    {
        Dictionary<TopicPartition, PartitionReading> readings = _readings.Readings();
        foreach ((TopicPartition partition, long offset) in from)
        {
            if (readings.TryGetValue(partition, out PartitionReading? reading) && offset < reading.Position)
                _readings.Replace(reading, reading.From(Math.Max(offset, reading.Begin)));
        }

        _loop.Look();
    }

    /// <summary>Tells whether a partition is read.</summary>
    internal bool IsAssigned(TopicPartition partition) => _readings.Has(partition);

    /// <summary>Stops yielding records of all partitions, for good. They keep their positions.</summary>
    internal void BeginClosing() => _readings.BeginClosing(_readings.Partitions());

    /// <summary>Reads these partitions no more.</summary>
    internal void Remove(IEnumerable<TopicPartition> partitions)
    {
        _readings.Remove(partitions);
        _loop.Look();
    }

    /// <summary>Stops yielding records of partitions that are about to be given up, and waits until the reader has
    /// nothing in its hands.</summary>
    internal async ValueTask CloseAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        _readings.BeginClosing(partitions);
        Task boundary = _turn.BoundaryAsync();
        _loop.WakeReader();
        await boundary.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
