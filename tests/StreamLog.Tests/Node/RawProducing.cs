using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;
using ProduceAnswer = StreamLog.Protocol.Messages.ProduceResponse.PartitionProduceResponse;

namespace StreamLog.Tests.Node;

/// <summary>Produces batches of bytes through the engine's door, as a client on a socket would.</summary>
internal static class RawProducing
{
    /// <summary>Builds the batch of an idempotent producer.</summary>
    public static RecordBuffer Batch(
        IReadOnlyList<string> values,
        long producerId = -1,
        short producerEpoch = -1,
        int baseSequence = -1,
        CompressionType compression = CompressionType.None,
        long timestamp = 1_700_000_000_000,
        Func<int, string>? keyOf = null)
    {
        using RecordBatchBuilder builder = new(int.MaxValue, compression);
        for (int i = 0; i < values.Count; i++)
        {
            byte[] key = Encoding.UTF8.GetBytes(keyOf?.Invoke(i) ?? "key");
            builder.TryAppend(
                timestamp++, key, hasKey: true, Encoding.UTF8.GetBytes(values[i]), hasValue: true, headers: null);
        }

        builder.SetProducer(producerId, producerEpoch, baseSequence, transactional: false);
        return builder.Build();
    }

    /// <summary>Sends a batch, which stays the caller's.</summary>
    public static async Task<ProduceAnswer> ProduceAsync(
        IBroker broker, TopicPartition target, RecordBuffer batch, CancellationToken cancellationToken = default)
    {
        ProduceRequest.PartitionProduceData partition = new() { Index = target.Partition, Records = batch };
        ProduceRequest request = new() { Acks = -1, TimeoutMs = 30_000 };
        request.TopicData.Add(new() { Name = target.Topic, PartitionData = [partition] });
        ProduceResponse response = await broker.SendAsync(request, RequestContext.Local, cancellationToken);
        return response.Responses.Single().PartitionResponses.Single();
    }

    /// <summary>Asks for the id of a new idempotent producer.</summary>
    public static async Task<(long Id, short Epoch)> InitProducerIdAsync(
        IBroker broker, CancellationToken cancellationToken = default)
    {
        InitProducerIdRequest request = new() { TransactionalId = null };
        InitProducerIdResponse response = await broker.SendAsync(request, RequestContext.Local, cancellationToken);
        return response.ErrorCode == ErrorCode.None
            ? (response.ProducerId, response.ProducerEpoch)
            : throw new StreamLogException(response.ErrorCode, "No producer id was given.");
    }
}
