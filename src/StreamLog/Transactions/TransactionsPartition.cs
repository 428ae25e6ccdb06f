using StreamLog.Coordinators;
using StreamLog.Replication;

namespace StreamLog.Transactions;

/// <summary>One partition of <c>__transaction_state</c> with the transactional ids in it: the shell around
/// <see cref="TransactionTable"/>.</summary>
/// <remarks>Owned by the coordinator; thread-safe.</remarks>
internal sealed class TransactionsPartition : StatePartition<TransactionTable, TransactionRecord>
{
    private readonly TransactionRules _rules;

    private TransactionsPartition(
        ReplicatedPartition partition,
        TransactionRules rules,
        TransactionTable table,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
        : base(partition, table, new TransactionLog(partition, table), time, failed) => _rules = rules;

    /// <summary>Takes charge of a partition, reads all of it, and goes on with the transactions that were
    /// ending.</summary>
    /// <param name="partition">The partition; this node leads it.</param>
    /// <param name="rules">What follows from what.</param>
    /// <param name="marks">Writes the marks that end transactions.</param>
    /// <param name="time">The clock.</param>
    /// <param name="failed">Is told of a defect in what is decided when time has come.</param>
    /// <returns>The partition.</returns>
    /// <exception cref="StreamLogException">The log cannot be read.</exception>
    public static TransactionsPartition Open(
        ReplicatedPartition partition,
        TransactionRules rules,
        TransactionMarks marks,
        TimeProvider time,
        Action<TopicPartition, Exception> failed)
    {
        // Whatever ends before it is known whose it is, is found below.
        TransactionsPartition? opened = null;
        TransactionTable table = new(rules, (id, state) =>
        {
            if (Volatile.Read(ref opened) is { } owner)
                marks.Begin(owner, id, state);
        });
        Volatile.Write(ref opened, new TransactionsPartition(partition, rules, table, time, failed));
        foreach ((string id, TransactionState state) in opened.Read(read => read.States.ToArray()))
        {
            if (state.IsEnding)
                marks.Begin(opened, id, state);
        }

        return opened;
    }

    /// <summary>Decides on a request to one transactional id.</summary>
    /// <param name="transactionalId">The id.</param>
    /// <param name="decide">Decides.</param>
    /// <returns>The answer, once it holds.</returns>
    public Task<TransactionAnswer> DecideAsync(
        string transactionalId, Func<TransactionState?, TransactionMoment, TransactionOutcome> decide)
    {
        Reply<TransactionAnswer> reply = new(static error => new TransactionAnswer(error));
        return DecideAsync(reply, (table, decision) =>
        {
            TransactionDecision step = (TransactionDecision)decision;
            TransactionState? state = table.Find(transactionalId);
            TransactionOutcome outcome = decide(state, step.Moment);
            if (outcome.Next is { } next)
                step.Set(transactionalId, next);
            TransactionState? after = outcome.Error == ErrorCode.None ? outcome.Next ?? state : null;
            step.Answer(reply, new TransactionAnswer(
                outcome.Error, after?.ProducerIdToUse ?? -1, after?.ProducerEpochToUse ?? -1)
            {
                NeedsProducerId = outcome.NeedsProducerId,
            });
        });
    }

    /// <summary>Notes that all marks of a transaction are written.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <param name="ended">Its state when the marks were to be written.</param>
    /// <returns>None once it is noted, or why it is not.</returns>
    public async Task<ErrorCode> CompleteAsync(string transactionalId, TransactionState ended)
    {
        TransactionAnswer answer = await DecideAsync(transactionalId, (state, moment) =>
        {
            // Nothing else changes the state meanwhile, but for who loads it anew and goes on with it.
            bool isSame = state is { IsEnding: true }
                && state.ProducerId == ended.ProducerId && state.ProducerEpoch == ended.ProducerEpoch;
            return new TransactionOutcome(ErrorCode.None, isSame ? _rules.Complete(state!, moment) : null);
        }).ConfigureAwait(false);
        return answer.Error;
    }
}
