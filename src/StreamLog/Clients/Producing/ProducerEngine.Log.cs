using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Producing;

internal sealed partial class ProducerEngine
{
    /// <summary>Notes a batch that is to be sent again.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="outcome">What the attempt came to.</param>
    public void NoteRetry(TopicPartition partition, ProduceOutcome outcome)
    {
        if (outcome.Failure is { } failure)
            Log.Retries(_logger, partition, failure.Code, failure.Message);
    }

    /// <summary>Notes a batch that was given up.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="failure">Why.</param>
    public void NoteFailure(TopicPartition partition, ProducerBatch batch, ProduceFailure failure) =>
        Log.GaveUp(_logger, batch.Count, partition, failure.Code, batch.Attempts, failure.Message);

    /// <summary>Notes that a partition's sequences begin anew.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="sequences">Its numbers.</param>
    public void NoteNewEpoch(TopicPartition partition, SequenceTracker sequences) =>
        Log.BeganAnew(_logger, partition, sequences.ProducerId, sequences.Epoch);

    /// <summary>Notes the producer's id.</summary>
    /// <param name="producerId">The id.</param>
    /// <param name="epoch">Its epoch.</param>
    public void NoteIdentity(long producerId, short epoch) => Log.GotIdentity(_logger, producerId, epoch);

    /// <summary>Notes that the producer's id is still to be had.</summary>
    /// <param name="exception">Why.</param>
    public void NoteNoIdentity(Exception exception) => Log.NoIdentity(_logger, exception);

    /// <summary>Notes that a topic could not be looked at.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="exception">Why.</param>
    public void NoteNoMetadata(string topic, Exception exception) => Log.NoMetadata(_logger, exception, topic);

    private static partial class Log
    {
        [LoggerMessage(5001, LogLevel.Debug, "A batch for {Partition} is sent again after {Code}: {Reason}")]
        public static partial void Retries(ILogger logger, TopicPartition partition, ErrorCode code, string reason);

        [LoggerMessage(
            5002,
            LogLevel.Warning,
            "{Count} records for {Partition} were given up with {Code} after {Attempts} attempts: {Reason}")]
        public static partial void GaveUp(
            ILogger logger, int count, TopicPartition partition, ErrorCode code, int attempts, string reason);

        [LoggerMessage(
            5003,
            LogLevel.Information,
            "Records for {Partition} are numbered from zero again, as producer {ProducerId} with epoch {Epoch}.")]
        public static partial void BeganAnew(ILogger logger, TopicPartition partition, long producerId, short epoch);

        [LoggerMessage(5004, LogLevel.Debug, "The producer has the id {ProducerId} with epoch {Epoch}.")]
        public static partial void GotIdentity(ILogger logger, long producerId, short epoch);

        [LoggerMessage(5005, LogLevel.Warning, "The producer got no id yet, and asks again.")]
        public static partial void NoIdentity(ILogger logger, Exception exception);

        [LoggerMessage(5006, LogLevel.Debug, "Topic {Topic} could not be looked at again.")]
        public static partial void NoMetadata(ILogger logger, Exception exception, string topic);
    }
}
