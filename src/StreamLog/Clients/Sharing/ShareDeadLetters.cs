using Microsoft.Extensions.Logging;
using StreamLog.Clients.Handling;
using StreamLog.Extensibility;
using StreamLog.Protocol;

namespace StreamLog.Clients.Sharing;

/// <summary>Appends the records that a queue's consumer gives up to the topic of dead letters, with the headers that
/// those of handlers have.</summary>
/// <remarks>Owned by its consumer; thread-safe.</remarks>
internal sealed class ShareDeadLetters : IAsyncDisposable
{
    private readonly string _topic;
    private readonly string _group;
    private readonly Producer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?> _producer;

    /// <summary>Creates what appends.</summary>
    /// <param name="topic">The topic of dead letters.</param>
    /// <param name="group">The group.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="loggers">Where it logs.</param>
    public ShareDeadLetters(
        string topic, string group, IBroker broker, INodeEnvironment environment, ILoggerFactory loggers)
    {
        _topic = topic;
        _group = group;
        _producer = new Producer<ReadOnlyMemory<byte>?, ReadOnlyMemory<byte>?>(
            broker, environment, new ProducerOptions(), DeadLetters.Serializer, DeadLetters.Serializer, loggers);
    }

    /// <summary>Appends a dead letter.</summary>
    /// <typeparam name="TKey">The type of the record's key.</typeparam>
    /// <typeparam name="TValue">The type of its value.</typeparam>
    /// <param name="record">The record, with its bytes.</param>
    /// <param name="reason">Why it is given up; <see langword="null"/> because it was delivered too often, or for no
    /// reason told.</param>
    /// <returns>A task that completes when it is durable.</returns>
    public async Task AppendAsync<TKey, TValue>(SharedRecord<TKey, TValue> record, Exception? reason)
    {
        Exception failure = reason ?? new StreamLogException(
            ErrorCode.InvalidRecordState, $"The record was given up at delivery {record.DeliveryCount}.");
        await _producer
            .AppendAsync(_topic, DeadLetters.Of(record.Record, _group, record.DeliveryCount, failure))
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();
}
