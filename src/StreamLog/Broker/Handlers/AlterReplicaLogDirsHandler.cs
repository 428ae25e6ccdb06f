using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Moves replicas between the directories of this node, of which there is one: what is asked to be there
/// is, and no other directory is known.</summary>
internal sealed class AlterReplicaLogDirsHandler(BrokerParts parts)
    : ApiHandler<AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse>
{
    /// <inheritdoc/>
    protected override ValueTask<AlterReplicaLogDirsResponse> HandleAsync(
        AlterReplicaLogDirsRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        AlterReplicaLogDirsResponse response = new();
        TopicTable topics = parts.Partitions.Current;
        foreach (AlterReplicaLogDirsRequest.AlterReplicaLogDir directory in request.Dirs)
        {
            foreach (AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic topic in directory.Topics)
            {
                AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult? result =
                    response.Results.Find(known => known.TopicName == topic.Name);
                if (result is null)
                    response.Results.Add(result = new() { TopicName = topic.Name });
                foreach (int partition in topic.Partitions)
                {
                    result.Partitions.Add(new AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult
                    {
                        PartitionIndex = partition,
                        ErrorCode = Check(directory.Path, topics.Find(topic.Name), partition),
                    });
                }
            }
        }

        return new ValueTask<AlterReplicaLogDirsResponse>(response);
    }

    private ErrorCode Check(string path, LocalTopic? topic, int partition)
    {
        if (path != parts.Directory.Path)
            return ErrorCode.LogDirectoryNotFound;
        if (topic is null || (uint)partition >= (uint)topic.Partitions.Length)
            return ErrorCode.ReplicaNotAvailable;
        return topic.Find(partition) is { Failure: null } ? ErrorCode.None : ErrorCode.KafkaStorageError;
    }
}
