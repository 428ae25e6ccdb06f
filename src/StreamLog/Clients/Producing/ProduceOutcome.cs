using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Producing;

/// <summary>What one Produce request came to, and what follows from it.</summary>
internal readonly struct ProduceOutcome
{
    private readonly ErrorCode _code;

    private ProduceOutcome(ErrorCode code, ProduceFailure? failure, long baseOffset)
    {
        _code = code;
        Failure = failure;
        BaseOffset = baseOffset;
    }

    /// <summary>Gets what went wrong, or <see langword="null"/> if the records are in the log.</summary>
    public ProduceFailure? Failure { get; }

    /// <summary>Gets the offset of the first record, or -1 where it is not known.</summary>
    public long BaseOffset { get; }

    /// <summary>Gets whether the log refused the batch for its place among the producer's, rather than for
    /// itself.</summary>
    public bool IsSequenceError =>
        IsFenced || _code is ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId;

    /// <summary>Gets whether fewer records in a batch could help.</summary>
    public bool IsTooLarge => _code is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge;

    /// <summary>Gets whether the log knows a newer epoch of the producer's id.</summary>
    public bool IsFenced => _code is ErrorCode.InvalidProducerEpoch or ErrorCode.ProducerFenced;

    /// <summary>Tells whether the same request may succeed later.</summary>
    /// <param name="hasSeveralBrokers">Whether another broker may take over where a disk has failed. With one alone
    /// that is final: the partition is offline until somebody looks after it.</param>
    /// <returns>Whether it may.</returns>
    public bool IsRetriable(bool hasSeveralBrokers) =>
        ErrorCodes.IsRetriable(_code) && (hasSeveralBrokers || _code != ErrorCode.KafkaStorageError);

    /// <summary>Gets whether what is known of the topic no longer holds.</summary>
    public bool IsMetadataStale => _code is ErrorCode.KafkaStorageError or
        ErrorCode.UnknownTopicOrPartition or ErrorCode.NotLeaderOrFollower or ErrorCode.LeaderNotAvailable or
        ErrorCode.FencedLeaderEpoch or ErrorCode.UnknownLeaderEpoch or ErrorCode.UnknownTopicId or
        ErrorCode.InconsistentTopicId;

    /// <summary>Returns the outcome as one who has asked for no answer is told it: without a place in the log, also
    /// where that is known by chance.</summary>
    /// <returns>The outcome.</returns>
    public ProduceOutcome WithoutOffset() => new(_code, Failure, baseOffset: -1);

    /// <summary>Returns what an answer, or the lack of one, says of the only partition that was asked for.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="response">The answer, or <see langword="null"/>.</param>
    /// <param name="exception">Why there is none.</param>
    /// <returns>The outcome.</returns>
    public static ProduceOutcome Of(TopicPartition partition, ProduceResponse? response, Exception? exception)
    {
        if (response is { Responses: [{ PartitionResponses: [ProduceResponse.PartitionProduceResponse answer] }] })
            return OfAnswer(partition, answer);

        return exception switch
        {
            StreamLogException known => Failed(known.ErrorCode, known.Message, known),
            OperationCanceledException =>
                Failed(ErrorCode.RequestTimedOut, $"The append to {partition} was not answered.", exception),
            null => Failed(
                ErrorCode.UnknownServerError,
                $"The broker's answer does not name {partition}, so it is unknown whether the records were appended.",
                exception),
            _ => Failed(
                ErrorCode.UnknownServerError,
                $"The append to {partition} failed in a way nobody expected, so it is unknown whether the records "
                + "were appended.",
                exception),
        };
    }

    /// <summary>Returns the failure of a batch that took too long.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="options">The producer's options.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>The failure.</returns>
    public static ProduceFailure Expired(TopicPartition partition, ProducerOptions options, ProducerBatch batch)
    {
        string fate = batch.Attempts == 0 ? "They were never sent, and nothing was appended"
            : batch.MayBeAppended ? "They may or may not have been appended"
            : "Nothing was appended";
        string last = batch.LastFailure is null ? "" : $" The last attempt: {batch.LastFailure.Message}";
        return new ProduceFailure(
            ErrorCode.RequestTimedOut,
            $"{batch.Count} records for {partition} were not acknowledged within {options.DeliveryTimeout} and "
            + $"{batch.Attempts} attempts. {fate}. Look after the broker, or raise "
            + $"ProducerOptions.DeliveryTimeout.{last}",
            batch.LastFailure);
    }

    private static ProduceOutcome OfAnswer(TopicPartition partition, ProduceResponse.PartitionProduceResponse answer)
    {
        // A retry that the log has dropped as a duplicate is a success, even where its offsets are forgotten.
        if (answer.ErrorCode is ErrorCode.None or ErrorCode.DuplicateSequenceNumber)
            return new ProduceOutcome(ErrorCode.None, failure: null, answer.BaseOffset);

        string message = !string.IsNullOrEmpty(answer.ErrorMessage)
            ? answer.ErrorMessage
            : ClientErrors.ForPartition(answer.ErrorCode, partition).Message;
        return new ProduceOutcome(
            answer.ErrorCode,
            new ProduceFailure(answer.ErrorCode, message, cause: null, [.. answer.RecordErrors]),
            baseOffset: -1);
    }

    private static ProduceOutcome Failed(ErrorCode code, string message, Exception? cause) =>
        new(code, new ProduceFailure(code, message, cause), baseOffset: -1);
}
