using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Groups.Share;

/// <summary>Knows how far share groups have come in their partitions, who has which records, and who waits for
/// some.</summary>
/// <remarks>
/// In Kafka the leader of a partition knows who has which record and asks a share coordinator to write down what is
/// done. Here both are on the same node, and are one. Owned by the broker; thread-safe.
/// </remarks>
/// <param name="metadata">The metadata, for the settings of groups.</param>
/// <param name="topic">Where states are kept.</param>
/// <param name="waiters">Who waits for records.</param>
/// <param name="settings">The settings.</param>
internal sealed class ShareCoordinator(
    ClusterMetadata metadata, ShareStateTopic topic, ShareWaiters waiters, ShareSettings settings)
{
    /// <summary>Gets how many sessions a node keeps.</summary>
    public int MaxSessions => settings.MaxSessions;

    /// <summary>Gets who waits for records.</summary>
    public ShareWaiters Waiters => waiters;

    /// <summary>Creates a coordinator with its topic. It reads nothing yet.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="controller">Who decides on its changes.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    /// <returns>The coordinator.</returns>
    public static ShareCoordinator Create(
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        TimeProvider time,
        ILogger logger)
    {
        ShareSettings settings = new();
        ShareWaiters waiters = new();
        ShareStateTopic topic = new(metadata, controller, find, settings, time, waiters.Wake, logger);
        return new ShareCoordinator(metadata, topic, waiters, settings);
    }

    /// <summary>Tells how long a member of a group may have a record.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>The time, in milliseconds.</returns>
    public int LockDurationOf(string group) => int.Parse(
        GroupConfigs.Get(metadata.Image, group, GroupConfigs.LockDuration), CultureInfo.InvariantCulture);

    /// <summary>Tells whether a group reads no record of a transaction that is open or was aborted.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns><see langword="true"/> if so.</returns>
    public bool ReadsCommitted(string group) =>
        GroupConfigs.Get(metadata.Image, group, GroupConfigs.IsolationLevel) == "read_committed";

    /// <summary>Has a group begin with a partition, where it has not.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="log">The partition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>None once the group has begun, for good; or why it has not.</returns>
    public async ValueTask<ErrorCode> BeginAsync(
        SharePartitionKey key, ReplicatedPartition log, CancellationToken cancellationToken)
    {
        if (topic.TryFind(key.StateKey, out ShareStatePartition? known, out _)
            && known.Use(key, static decision => decision.Partition is not null, out _))
        {
            return ErrorCode.None;
        }

        (ShareStatePartition? states, ErrorCode error) =
            await topic.FindOrCreateAsync(key.StateKey, cancellationToken).ConfigureAwait(false);
        if (states is null)
            return error;

        bool fromEnd = GroupConfigs.Get(metadata.Image, key.Group, GroupConfigs.AutoOffsetReset) == "latest";
        (_, Task<ErrorCode> outcome) = states.Decide(key, decision =>
        {
            if (decision.Partition is null)
            {
                long start = fromEnd ? log.HighWatermark : log.Log.LogStartOffset;
                decision.Replace(new SharePartition(key, start, decision.Timestamp, settings));
            }

            return true;
        });
        return await outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does something with the state of a partition that needs not be written down.</summary>
    /// <typeparam name="TResult">What comes of it.</typeparam>
    /// <param name="key">Group and partition.</param>
    /// <param name="use">Does it, given the time that deadlines are counted in.</param>
    /// <param name="error">Why it was not done, or None.</param>
    /// <returns>What came of it, or the default.</returns>
    public TResult? Use<TResult>(
        SharePartitionKey key, Func<SharePartition, long, TResult> use, out ErrorCode error)
    {
        if (!topic.TryFind(key.StateKey, out ShareStatePartition? states, out error))
        {
            error = error == ErrorCode.None ? ErrorCode.GroupIdNotFound : error;
            return default;
        }

        return states.Use(
            key,
            decision => decision.Partition is { } partition ? use(partition, decision.Now) : default,
            out error);
    }

    /// <summary>Takes what a member says of records that it has.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="memberId">The member.</param>
    /// <param name="acknowledged">What it says.</param>
    /// <param name="mayRenew">Whether the request says that locks are begun anew.</param>
    /// <returns>None once that is durable, or the error to answer.</returns>
    public async Task<ErrorCode> AcknowledgeAsync(
        SharePartitionKey key, string memberId, IReadOnlyList<AcknowledgedRun> acknowledged, bool mayRenew)
    {
        if (AcknowledgedRun.FindFault(acknowledged, mayRenew) is not null)
            return ErrorCode.InvalidRequest;
        if (!topic.TryFind(key.StateKey, out ShareStatePartition? states, out ErrorCode error))
            return error == ErrorCode.None ? ErrorCode.InvalidRecordState : error;

        int lockDuration = LockDurationOf(key.Group);
        (ErrorCode said, Task<ErrorCode> outcome) = states.Decide(key, decision =>
        {
            if (decision.Partition is not { } partition)
                return ErrorCode.InvalidRecordState;

            partition.LockDurationMs = lockDuration;
            ErrorCode refused = partition.Acknowledge(memberId, acknowledged, decision.Now, out bool hasChanged);
            if (hasChanged)
            {
                decision.Write();
                decision.Free();
            }

            return refused;
        });
        ErrorCode written = await outcome.ConfigureAwait(false);
        return written == ErrorCode.None ? said : written;
    }

    /// <summary>Takes all records from a member that has closed its session.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="memberId">The member.</param>
    public void Release(SharePartitionKey key, string memberId)
    {
        if (topic.TryFind(key.StateKey, out ShareStatePartition? states, out _))
        {
            states.Use(
                key,
                decision =>
                {
                    if (decision.Partition?.Release(memberId) == true)
                        decision.Free();
                    return true;
                },
                out _);
        }
    }

    /// <summary>Tells how far a group has come, once that is durable.</summary>
    /// <param name="key">Group and partition.</param>
    /// <returns>The first offset that is not over, how many behind it are, and the error to answer. Nothing where the
    /// group has not begun.</returns>
    public async ValueTask<((long Start, long Complete)? Progress, ErrorCode Error)> DescribeAsync(
        SharePartitionKey key)
    {
        if (!topic.TryFind(key.StateKey, out ShareStatePartition? states, out ErrorCode error))
            return (null, error);

        (long, long)? progress = states.Use<(long, long)?>(
            key,
            static decision =>
                decision.Partition is { } partition ? (partition.StartOffset, partition.CompleteCount) : null,
            out error);
        return error == ErrorCode.None
            ? (progress, await states.SettleAsync().ConfigureAwait(false))
            : (null, error);
    }

    /// <summary>Sets how far a group has come.</summary>
    /// <param name="key">Group and partition.</param>
    /// <param name="start">The first offset to deliver; <see langword="null"/> to forget the partition.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>None once that is durable, or the error to answer.</returns>
    public async ValueTask<ErrorCode> AlterAsync(
        SharePartitionKey key, long? start, CancellationToken cancellationToken)
    {
        (ShareStatePartition? states, ErrorCode error) = start is null && !topic.TryFind(key.StateKey, out _, out _)
            ? (null, ErrorCode.None)
            : await topic.FindOrCreateAsync(key.StateKey, cancellationToken).ConfigureAwait(false);
        if (states is null)
            return error;

        (_, Task<ErrorCode> outcome) = states.Decide(key, decision =>
        {
            if (start is not null || decision.Partition is not null)
            {
                decision.Replace(start is not { } offset ? null : new SharePartition(
                    key, offset, decision.Timestamp, settings, (decision.Partition?.StateEpoch ?? -1) + 1));
            }

            return true;
        });
        return await outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists what there are states of.</summary>
    /// <returns>Groups and partitions, in no order.</returns>
    public IReadOnlyList<SharePartitionKey> List()
    {
        topic.Load();
        return [.. topic.List().SelectMany(states => states.List())];
    }

    /// <summary>Forgets the states of a kind.</summary>
    /// <param name="isGone">Tells which.</param>
    /// <param name="cancellationToken">Stops between two of them.</param>
    /// <returns>None once they are forgotten, or why they are not.</returns>
    public async ValueTask<ErrorCode> ForgetAsync(
        Func<SharePartitionKey, bool> isGone, CancellationToken cancellationToken)
    {
        foreach (SharePartitionKey key in List().Where(isGone))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ErrorCode error = await AlterAsync(key, start: null, cancellationToken).ConfigureAwait(false);
            if (error != ErrorCode.None)
                return error;
        }

        return ErrorCode.None;
    }

    /// <summary>Answers everybody who waits for the disk. What is written may yet come to be committed.</summary>
    public void ExpireAll() => topic.ExpireAll();

    /// <summary>Stops: no lock runs out any more.</summary>
    public void Close() => topic.Close();
}
