using Microsoft.Extensions.Logging;
using StreamLog.Coordinators;
using StreamLog.Metadata;
using StreamLog.Replication;

namespace StreamLog.Transactions;

/// <summary>The topic <c>__transaction_state</c>: finds the partition that a transactional id is kept in, and creates
/// the topic for the first of them.</summary>
/// <remarks>Owned by the coordinator; thread-safe.</remarks>
internal sealed partial class TransactionsTopic : StateTopic<TransactionsPartition>
{
    private readonly TransactionRules _rules;
    private readonly TransactionMarks _marks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Creates the finder. It reads nothing yet.</summary>
    /// <param name="metadata">The metadata, to find the topic in and to create it.</param>
    /// <param name="controller">Who decides on that.</param>
    /// <param name="find">Finds a partition that this node leads.</param>
    /// <param name="rules">What follows from what.</param>
    /// <param name="marks">Writes the marks that end transactions.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to log.</param>
    public TransactionsTopic(
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        TransactionRules rules,
        TransactionMarks marks,
        TimeProvider time,
        ILogger logger)
        : base(TopicNames.TransactionState, metadata, controller, find)
    {
        _rules = rules;
        _marks = marks;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override TransactionsPartition Open(ReplicatedPartition partition) => TransactionsPartition.Open(
        partition, _rules, _marks, _time, (failed, exception) => Log.DueFailed(_logger, exception, failed));

    /// <inheritdoc/>
    protected override void CannotLoad(Exception exception, TopicPartition partition) =>
        Log.CannotLoad(_logger, exception, partition);
}
