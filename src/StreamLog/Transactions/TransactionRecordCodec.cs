using StreamLog.Protocol.Messages;

namespace StreamLog.Transactions;

/// <summary>Encodes and decodes the records of <c>__transaction_state</c>. Stateless.</summary>
internal static class TransactionRecordCodec
{
    /// <summary>Encodes a key.</summary>
    /// <param name="transactionalId">The transactional id.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteKey(string transactionalId) =>
        TransactionLogRecords.WriteKey(new TransactionLogKey { TransactionalId = transactionalId });

    /// <summary>Encodes a value.</summary>
    /// <param name="state">The state.</param>
    /// <returns>The bytes.</returns>
    public static byte[] WriteValue(TransactionState state) => TransactionLogRecords.WriteValue(new TransactionLogValue
    {
        ProducerId = state.ProducerId,
        PreviousProducerId = state.PreviousProducerId,
        NextProducerId = state.NextProducerId,
        ProducerEpoch = state.ProducerEpoch,
        TransactionTimeoutMs = state.TimeoutMs,
        TransactionStatus = (sbyte)state.Status,
        TransactionPartitions = state.Status == TransactionStatus.Empty ? null : PartitionsOf(state),
        TransactionLastUpdateTimestampMs = state.UpdateMs,
        TransactionStartTimestampMs = state.StartMs,
        ClientTransactionVersion = state.ClientVersion,
    });

    /// <summary>Decodes a record.</summary>
    /// <param name="key">The bytes of its key.</param>
    /// <param name="hasValue">Whether it has a value.</param>
    /// <param name="value">The bytes of its value.</param>
    /// <returns>The record, or <see langword="null"/> for a kind that came later than this version.</returns>
    /// <exception cref="StreamLogException">The bytes are malformed.</exception>
    public static TransactionRecord? Read(ReadOnlySpan<byte> key, bool hasValue, ReadOnlySpan<byte> value)
    {
        if (TransactionLogRecords.ReadKey(key) is not { } known)
            return null;
        return new TransactionRecord(
            known.TransactionalId, hasValue ? StateOf(TransactionLogRecords.ReadValue(value)) : null);
    }

    private static TransactionState StateOf(TransactionLogValue value)
    {
        // Kafka may have stopped within a step that is one here.
        TransactionStatus status = (TransactionStatus)value.TransactionStatus;
        if (!Enum.IsDefined(status))
        {
            throw new StreamLogException(
                ErrorCode.CorruptMessage, $"{value.TransactionStatus} is no state of a transaction.");
        }

        return new TransactionState
        {
            Status = status,
            ProducerId = value.ProducerId,
            ProducerEpoch = value.ProducerEpoch,
            PreviousProducerId = value.PreviousProducerId,
            NextProducerId = value.NextProducerId,
            TimeoutMs = value.TransactionTimeoutMs,
            Partitions =
            [
                .. (value.TransactionPartitions ?? []).SelectMany(
                    topic => topic.PartitionIds, (topic, id) => new TopicPartition(topic.Topic, id)),
            ],
            StartMs = value.TransactionStartTimestampMs,
            UpdateMs = value.TransactionLastUpdateTimestampMs,
            ClientVersion = value.ClientTransactionVersion,
        };
    }

    private static List<TransactionLogValue.PartitionsSchema> PartitionsOf(TransactionState state) =>
    [
        .. state.Partitions
            .GroupBy(partition => partition.Topic, StringComparer.Ordinal)
            .OrderBy(topic => topic.Key, StringComparer.Ordinal)
            .Select(topic => new TransactionLogValue.PartitionsSchema
            {
                Topic = topic.Key,
                PartitionIds = [.. topic.Select(partition => partition.Partition).Order()],
            }),
    ];
}
