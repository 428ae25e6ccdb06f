using StreamLog;

namespace ExactlyOnce;

/// <summary>The counts so far, in memory, of the partitions that one member counts.</summary>
/// <remarks>
/// They are only a copy: what counts is the topic of counts. Those of a partition are the counts before some offset of
/// the strikes. If the next strikes begin elsewhere, the copy is of no use, since a transaction was aborted and is done
/// again, or since the partition was with another member, or this process has just begun. Then it is read anew.
/// </remarks>
internal sealed class RunningCounts(IStreamLog log)
{
    private readonly Dictionary<int, (long Before, Dictionary<string, long> Counts)> _partitions = [];

    /// <summary>Counts the next strikes of a partition.</summary>
    /// <returns>The new counts of all species among them.</returns>
    public async ValueTask<IReadOnlyDictionary<string, long>> AddAsync(
        int partition, IReadOnlyList<Record<string, string>> strikes, CancellationToken cancellationToken)
    {
        if (!_partitions.Remove(partition, out (long Before, Dictionary<string, long> Counts) known)
            || known.Before != strikes[0].Offset)
        {
            known.Counts = await ReadCommittedAsync(new(Topics.Counts, partition), cancellationToken);
        }

        Dictionary<string, long> changed = [];
        foreach (Record<string, string> strike in strikes)
            changed[strike.Key] = known.Counts[strike.Key] = known.Counts.GetValueOrDefault(strike.Key) + 1;
        _partitions[partition] = (strikes[^1].Offset + 1, known.Counts);
        return changed;
    }

    private async Task<Dictionary<string, long>> ReadCommittedAsync(
        TopicPartition partition, CancellationToken cancellationToken)
    {
        // What was committed a moment ago can be read as soon as it is marked in the partition.
        Topic topic = log.Topics.Single(found => found.Name == partition.Topic);
        long end = topic.Partitions[partition.Partition].HighWatermark;
        while (await EndOfCommittedAsync() < end)
            await Task.Delay(TimeSpan.FromMilliseconds(5), cancellationToken);

        Dictionary<string, long> counts = [];
        await foreach (Record<string, long> count in
            log.Topic<string, long>(partition.Topic).ReadAsync(StartAt.Earliest, cancellationToken: cancellationToken))
        {
            if (count.Position.TopicPartition == partition)
                counts[count.Key] = count.Value;
        }

        return counts;

        async ValueTask<long> EndOfCommittedAsync() =>
            (await log.Admin.ListOffsetsAsync([partition], StartAt.Latest, cancellationToken))[partition];
    }
}
