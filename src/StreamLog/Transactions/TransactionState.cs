using System.Collections.Immutable;

namespace StreamLog.Transactions;

/// <summary>What the coordinator knows of one transactional id. Immutable.</summary>
internal sealed record TransactionState
{
    /// <summary>Gets how far the transaction has come.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>Gets the producer id.</summary>
    public required long ProducerId { get; init; }

    /// <summary>Gets the producer's epoch. Where the transaction is ended by the rules of
    /// <see cref="TransactionRules.EpochPerTransaction"/>, that of the next one.</summary>
    public required short ProducerEpoch { get; init; }

    /// <summary>Gets the epoch before, where the producer may ask again for what it was answered then; otherwise -1.
    /// Not written down.</summary>
    public short LastProducerEpoch { get; init; } = -1;

    /// <summary>Gets the producer id before, or -1.</summary>
    public long PreviousProducerId { get; init; } = -1;

    /// <summary>Gets the producer id of the next transaction where the epochs of this one are used up, or -1.</summary>
    public long NextProducerId { get; init; } = -1;

    /// <summary>Gets how long a transaction may stay open, in milliseconds.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Gets the partitions in the transaction.</summary>
    public ImmutableHashSet<TopicPartition> Partitions { get; init; } = [];

    /// <summary>Gets when the transaction began, in Unix milliseconds, or -1.</summary>
    public long StartMs { get; init; } = -1;

    /// <summary>Gets when the state last changed, in Unix milliseconds.</summary>
    public long UpdateMs { get; init; }

    /// <summary>Gets the rules by which the transaction was last ended: <see cref="TransactionRules.Fixed"/> or
    /// <see cref="TransactionRules.EpochPerTransaction"/>.</summary>
    public short ClientVersion { get; init; }

    /// <summary>Gets when the transaction is aborted or the id forgotten, in the time of decisions;
    /// <see cref="long.MaxValue"/> is never. Not written down.</summary>
    public long DeadlineMs { get; init; } = long.MaxValue;

    /// <summary>Gets whether it is decided how the transaction ends, and the marks are not all written.</summary>
    public bool IsEnding => Status is TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort;

    /// <summary>Gets the producer id that the producer goes on with.</summary>
    public long ProducerIdToUse => NextProducerId >= 0 ? NextProducerId : ProducerId;

    /// <summary>Gets the epoch that the producer goes on with.</summary>
    public short ProducerEpochToUse => NextProducerId >= 0 ? (short)0 : ProducerEpoch;
}
