using System.Diagnostics.CodeAnalysis;

namespace StreamLog.Coordinators;

/// <summary>Deadlines of many things, of which most are put off again and again before they are reached.</summary>
/// <remarks>Putting one off costs nothing: it is looked at anew when its old time has come. Not thread-safe.</remarks>
/// <typeparam name="TKey">What has a deadline.</typeparam>
/// <param name="comparer">Tells keys apart.</param>
internal sealed class DeadlineQueue<TKey>(IEqualityComparer<TKey> comparer)
    where TKey : notnull
{
    // For each key when it is due, and the earliest time that the queue holds for it.
    private readonly Dictionary<TKey, (long Due, long Queued)> _deadlines = new(comparer);
    private readonly PriorityQueue<TKey, long> _queue = new();

    /// <summary>Gets a time before which nothing is due; <see cref="long.MaxValue"/> where nothing ever is.</summary>
    public long Next => TryPeek(out _, out long queued) ? queued : long.MaxValue;

    /// <summary>Sets the deadline of a key, in place of the one it has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="due">When it is due; <see cref="long.MaxValue"/> is never.</param>
    public void Set(TKey key, long due)
    {
        if (due == long.MaxValue)
        {
            Remove(key);
            return;
        }

        if (_deadlines.TryGetValue(key, out (long Due, long Queued) known) && known.Queued <= due)
        {
            _deadlines[key] = (due, known.Queued);
            return;
        }

        _deadlines[key] = (due, due);
        _queue.Enqueue(key, due);
    }

    /// <summary>Tells whether a key has a deadline.</summary>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if it has.</returns>
    public bool Has(TKey key) => _deadlines.ContainsKey(key);

    /// <summary>Takes the deadline of a key away.</summary>
    /// <param name="key">The key.</param>
    public void Remove(TKey key) => _deadlines.Remove(key);

    /// <summary>Takes out a key that is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="key">The key.</param>
    /// <returns><see langword="true"/> if there was one.</returns>
    public bool TryTakeDue(long now, [MaybeNullWhen(false)] out TKey key)
    {
        while (TryPeek(out key, out long queued) && queued <= now)
        {
            _queue.Dequeue();
            long due = _deadlines[key].Due;
            if (due <= now)
            {
                _deadlines.Remove(key);
                return true;
            }

            _deadlines[key] = (due, due);
            _queue.Enqueue(key, due);
        }

        key = default;
        return false;
    }

    /// <summary>Finds the first that counts in the queue, and drops what has been taken away or queued anew.</summary>
    private bool TryPeek([MaybeNullWhen(false)] out TKey key, out long queued)
    {
        while (_queue.TryPeek(out key, out queued))
        {
            if (_deadlines.TryGetValue(key, out (long Due, long Queued) known) && known.Queued == queued)
                return true;

            _queue.Dequeue();
        }

        return false;
    }
}
