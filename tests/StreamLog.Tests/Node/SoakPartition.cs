using Xunit;

namespace StreamLog.Tests.Node;

/// <summary>A partition as a soak knows it: all that was ever appended, and what may be gone of it.</summary>
internal sealed class SoakPartition
{
    private readonly List<StoredRecord> _records = [];

    // What lies before was checked while it was there, and need not be remembered.
    private long _first;

    public required TopicPartition Name { get; init; }

    /// <summary>Gets whether only the newest record of a key has to stay.</summary>
    public bool IsCompacted { get; init; }

    /// <summary>Gets how many keys its records have.</summary>
    public required int Keys { get; init; }

    /// <summary>Gets how old records may become, or null for any age.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Gets how long after that they are gone at the latest: a segment, a check.</summary>
    public TimeSpan RetentionSlack { get; init; }

    public long End => _first + _records.Count;

    public long Start { get; private set; }

    public void Append(long timestampMs, string key, string? value) =>
        _records.Add(new StoredRecord(End, LeaderEpoch: 0, timestampMs, key, value));

    /// <summary>Checks what a node has of it.</summary>
    /// <param name="start">Where its log begins.</param>
    /// <param name="stored">All that can be read.</param>
    /// <param name="nowMs">The time.</param>
    public void Check(long start, List<StoredRecord> stored, long nowMs)
    {
        Assert.True(start >= Start, $"{Name} began at {Start}, and now at {start}.");
        Start = start;
        CheckRetention(nowMs);
        long last = start - 1;
        foreach (StoredRecord record in stored)
        {
            Assert.True(record.Offset > last, $"{Name} has {record.Offset} behind {last}.");
            Assert.True(record.Offset < End, $"{Name} has {record.Offset}, which nobody appended.");
            StoredRecord expected = this[record.Offset];
            Assert.Equal(expected with { LeaderEpoch = record.LeaderEpoch }, record);
            if (!IsCompacted)
                Assert.True(record.Offset == last + 1, $"{Name} lacks {last + 1}.");
            last = record.Offset;
        }

        Assert.True(IsCompacted || last == End - 1, $"{Name} ends at {last}, and {End - 1} was acknowledged.");
        if (IsCompacted)
            CheckNewest(stored.Select(record => record.Offset).ToHashSet());
    }

    private StoredRecord this[long offset] => _records[(int)(offset - _first)];

    // The newest of a key is there, unless it says that the key was deleted.
    private void CheckNewest(HashSet<long> stored)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = _records.Count - 1; i >= 0 && _records[i].Offset >= Start; i--)
        {
            StoredRecord record = _records[i];
            if (seen.Add(record.Key!) && record.Value is not null)
            {
                Assert.True(
                    stored.Contains(record.Offset), $"{Name} lost {record.Offset}, the newest of {record.Key}.");
            }
        }
    }

    private void CheckRetention(long nowMs)
    {
        if (Retention is not { } retention)
        {
            Assert.Equal(0, Start);
            return;
        }

        long oldest = nowMs - (long)retention.TotalMilliseconds;
        long gone = oldest - (long)RetentionSlack.TotalMilliseconds;
        int before = (int)(Start - _first);
        for (int i = 0; i < before; i++)
            Assert.True(_records[i].TimestampMs <= oldest, $"{Name} lost {_records[i]} before its time.");

        // Compaction lets old records into segments of younger ones, and they stay for as long as these.
        if (before < _records.Count && !IsCompacted)
            Assert.True(_records[before].TimestampMs >= gone, $"{Name} still has {_records[before]}, at {nowMs}.");
        _records.RemoveRange(0, before);
        _first = Start;
    }
}
