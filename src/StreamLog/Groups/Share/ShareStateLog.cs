using StreamLog.Coordinators;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using StreamLog.Replication;

namespace StreamLog.Groups.Share;

/// <summary>Writes the records of one partition of <c>__share_group_state</c>, and reads them all.</summary>
/// <remarks>
/// <para>Each record is a whole snapshot, so that compaction may keep the last one alone. Updates, which Kafka writes
/// between snapshots, are read.</para>
/// <para>Owned by a <see cref="ShareStatePartition"/>, which lets one thread in at a time.</para>
/// </remarks>
/// <param name="partition">The partition; this node leads it.</param>
/// <param name="settings">The settings.</param>
/// <param name="states">Takes the states that are read.</param>
internal sealed class ShareStateLog(
    ReplicatedPartition partition, ShareSettings settings, Dictionary<SharePartitionKey, SharePartition> states)
    : StateLog<ShareStateRecord>(partition)
{
    /// <inheritdoc/>
    protected override byte[] WriteKey(ShareStateRecord record) => ShareStateRecords.WriteKey(new ShareSnapshotKey
    {
        GroupId = record.Key.Group,
        TopicId = record.Key.TopicId,
        Partition = record.Key.Partition,
    });

    /// <inheritdoc/>
    protected override byte[]? WriteValue(ShareStateRecord record) =>
        record.Value is null ? null : ShareStateRecords.WriteValue(record.Value);

    /// <inheritdoc/>
    protected override void Load(ReadOnlySpan<byte> batch, RecordBatchHeader header)
    {
        if (header.IsControl)
            return;

        using RecordReader reader = new(batch);
        while (reader.MoveNext())
        {
            RecordView record = reader.Current;
            object? key = record.HasKey ? ShareStateRecords.ReadKey(record.Key) : null;
            if (key is ShareSnapshotKey snapshot)
            {
                SharePartitionKey name = new(snapshot.GroupId, snapshot.TopicId, snapshot.Partition);
                if (record.HasValue)
                    states[name] = new SharePartition(name, ShareStateRecords.ReadSnapshot(record.Value), settings);
                else
                    states.Remove(name);
            }
            else if (key is ShareUpdateKey update && record.HasValue
                && states.TryGetValue(
                    new SharePartitionKey(update.GroupId, update.TopicId, update.Partition), out SharePartition? known))
            {
                known.Apply(ShareStateRecords.ReadUpdate(record.Value));
            }
        }
    }
}
