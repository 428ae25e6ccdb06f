using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Records;

namespace StreamLog.Tests.Clients;

/// <summary>The scripted broker's answers about offsets.</summary>
internal static class ScriptedOffsets
{
    public static ListOffsetsResponse List(
        ListOffsetsRequest request, ErrorCode error, Func<string, int, ScriptedPartition?> find)
    {
        ListOffsetsResponse response = new();
        foreach (ListOffsetsRequest.ListOffsetsTopic topic in request.Topics)
        {
            ListOffsetsResponse.ListOffsetsTopicResponse answers = new() { Name = topic.Name };
            response.Topics.Add(answers);
            foreach (ListOffsetsRequest.ListOffsetsPartition asked in topic.Partitions)
            {
                ScriptedPartition? partition = find(topic.Name, asked.PartitionIndex);
                answers.Partitions.Add(new ListOffsetsResponse.ListOffsetsPartitionResponse
                {
                    PartitionIndex = asked.PartitionIndex,
                    ErrorCode = error != ErrorCode.None ? error
                        : partition is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
                    Offset = partition is null ? -1 : Find(partition, asked.Timestamp),
                });
            }
        }

        return response;
    }

    public static OffsetCommitResponse Commit(
        OffsetCommitRequest request, ErrorCode error, Dictionary<(string, TopicPartition), long> offsets)
    {
        OffsetCommitResponse response = new();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            OffsetCommitResponse.OffsetCommitResponseTopic answers = new() { Name = topic.Name };
            response.Topics.Add(answers);
            foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in topic.Partitions)
            {
                if (error == ErrorCode.None)
                {
                    offsets[(request.GroupId, new TopicPartition(
                        topic.Name, partition.PartitionIndex))] = partition.CommittedOffset;
                }

                answers.Partitions.Add(new OffsetCommitResponse.OffsetCommitResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    ErrorCode = error,
                });
            }
        }

        return response;
    }

    public static OffsetFetchResponse Fetch(
        OffsetFetchRequest request, ErrorCode error, Dictionary<(string Group, TopicPartition Partition), long> offsets)
    {
        OffsetFetchResponse response = new();
        foreach (OffsetFetchRequest.OffsetFetchRequestGroup group in request.Groups)
        {
            OffsetFetchResponse.OffsetFetchResponseGroup answer = new() { GroupId = group.GroupId, ErrorCode = error };
            response.Groups.Add(answer);
            IEnumerable<TopicPartition> asked = group.Topics is null
                ? offsets.Keys.Where(key => key.Group == group.GroupId).Select(key => key.Partition)
                : group.Topics.SelectMany(
                    topic => topic.PartitionIndexes.Select(i => new TopicPartition(topic.Name, i)));
            foreach (IGrouping<string, TopicPartition> topic in asked.GroupBy(partition => partition.Topic))
            {
                answer.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Key,
                    Partitions = topic.Select(partition => new OffsetFetchResponse.OffsetFetchResponsePartitions
                    {
                        PartitionIndex = partition.Partition,
                        CommittedOffset = offsets.GetValueOrDefault((group.GroupId, partition), -1),
                    }).ToList(),
                });
            }
        }

        return response;
    }

    private static long Find(ScriptedPartition partition, long timestamp)
    {
        if (timestamp == -2)
            return partition.LogStartOffset;
        if (timestamp == -1)
            return partition.LogEndOffset;
        foreach (byte[] batch in partition.Batches)
        {
            using RecordReader reader = new(batch);
            while (reader.MoveNext())
            {
                if (reader.Current.Timestamp >= timestamp && reader.Current.Offset >= partition.LogStartOffset)
                    return reader.Current.Offset;
            }
        }

        return -1;
    }
}
