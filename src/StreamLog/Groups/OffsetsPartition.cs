using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Groups;

/// <summary>One partition of <c>__consumer_offsets</c> with the groups in it: the shell around
/// <see cref="GroupTable"/>.</summary>
/// <remarks>Owned by the coordinator; thread-safe.</remarks>
internal sealed class OffsetsPartition : StatePartition<GroupTable, GroupRecord>
{
    /// <summary>Takes charge of a partition, and reads all of it.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <param name="create">Creates the group that a record begins.</param>
    /// <param name="image">Gets the topics that there are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Is told of a defect in what groups do when time has come.</param>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public OffsetsPartition(
        ReplicatedPartition partition,
        Func<GroupRecord, IGroup?> create,
        Func<ClusterImage> image,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
        : this(partition, new GroupTable(create, image), time, failed)
    {
    }

    private OffsetsPartition(
        ReplicatedPartition partition,
        GroupTable table,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
        : base(partition, table, new GroupLog(partition, table), time, failed)
    {
    }

    /// <summary>Decides about one group.</summary>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="refusal">Makes the response that tells an error.</param>
    /// <param name="decide">Decides, under the gate: it answers the reply, or has the group keep it and answer it with
    /// a later decision.</param>
    /// <returns>The response, once it holds.</returns>
    public Task<TResponse> DecideAsync<TResponse>(
        string group,
        Func<ErrorCode, TResponse> refusal,
        Action<GroupTable, GroupDecision, GroupReply<TResponse>> decide)
        where TResponse : class
    {
        GroupReply<TResponse> reply = new(refusal);
        return DecideAsync(reply, (groups, decision) =>
        {
            decide(groups, (GroupDecision)decision, reply);
            groups.Settle(group, (GroupDecision)decision);
        });
    }
}
