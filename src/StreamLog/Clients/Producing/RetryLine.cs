using System.Collections;

namespace StreamLog.Clients.Producing;

/// <summary>The batches of one partition that are to be sent again, in the order in which they were sent
/// first.</summary>
/// <remarks>Not thread-safe: its queue's gate guards it. It is short: no longer than what may be under way.</remarks>
internal sealed class RetryLine : IReadOnlyList<ProducerBatch>
{
    private readonly List<ProducerBatch> _batches = [];

    /// <inheritdoc/>
    public int Count => _batches.Count;

    /// <inheritdoc/>
    public ProducerBatch this[int index] => _batches[index];

    /// <summary>Puts a batch in its place.</summary>
    /// <param name="batch">The batch.</param>
    public void Put(ProducerBatch batch)
    {
        int at = 0;
        while (at < _batches.Count && _batches[at].Ordinal < batch.Ordinal)
            at++;
        _batches.Insert(at, batch);
    }

    /// <summary>Takes the first batch.</summary>
    /// <returns>The batch.</returns>
    public ProducerBatch TakeFirst()
    {
        ProducerBatch first = _batches[0];
        _batches.RemoveAt(0);
        return first;
    }

    /// <summary>Takes the batches that were opened too long ago.</summary>
    /// <param name="openedUntil">The latest time at which such a one was opened, on the clock's timestamps.</param>
    /// <returns>The batches, in order.</returns>
    public List<ProducerBatch> TakeOpenedUntil(long openedUntil)
    {
        List<ProducerBatch> taken = _batches.FindAll(batch => batch.OpenedAt <= openedUntil);
        _batches.RemoveAll(batch => batch.OpenedAt <= openedUntil);
        return taken;
    }

    /// <summary>Walks over the batches, without allocating.</summary>
    /// <returns>The walk.</returns>
    public List<ProducerBatch>.Enumerator GetEnumerator() => _batches.GetEnumerator();

    IEnumerator<ProducerBatch> IEnumerable<ProducerBatch>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
