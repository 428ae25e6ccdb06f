using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>The decision on one commit of offsets. Belongs to its request.</summary>
/// <param name="request">The request.</param>
/// <param name="image">The topics of today.</param>
/// <param name="producer">Whose transaction it belongs to, or <see langword="null"/>.</param>
internal sealed class OffsetCommit(OffsetCommitRequest request, ClusterImage image, ProducerStamp? producer = null)
{
    // Kafka's offset.metadata.max.bytes.
    private const int MetadataLengthMax = 4096;

    private const short FirstWithEpochs = 9;
    private const long DefaultRetention = -1;

    private readonly OffsetCommitResponse _response = new();
    private readonly List<OffsetCommitResponse.OffsetCommitResponsePartition> _accepted = [];

    /// <summary>Makes the response that tells one error for all partitions.</summary>
    /// <param name="request">The request.</param>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public static OffsetCommitResponse Refuse(OffsetCommitRequest request, ErrorCode error)
    {
        OffsetCommitResponse response = new();
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic topic in request.Topics)
        {
            response.Topics.Add(new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                Partitions = [.. topic.Partitions.Select(partition => Answer(partition, error))],
            });
        }

        return response;
    }

    /// <summary>Decides.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public void Decide(GroupTable groups, GroupDecision decision, GroupReply<OffsetCommitResponse> reply)
    {
        ErrorCode error = Check(groups);
        if (error != ErrorCode.None)
        {
            decision.Answer(reply, Refuse(request, error));
            return;
        }

        groups.Find(request.GroupId)?.Commits(request.MemberId, decision.Now);
        foreach (OffsetCommitRequest.OffsetCommitRequestTopic asked in request.Topics)
            Decide(asked, decision);
        decision.Answer(reply, _response);
    }

    /// <summary>Makes the response that tells an error of the log. What was refused by name keeps its error.</summary>
    /// <param name="error">The error.</param>
    /// <returns>The response.</returns>
    public OffsetCommitResponse Refuse(ErrorCode error)
    {
        if (_response.Topics.Count == 0)
            return Refuse(request, error);

        foreach (OffsetCommitResponse.OffsetCommitResponsePartition partition in _accepted)
            partition.ErrorCode = error;
        return _response;
    }

    private static OffsetCommitResponse.OffsetCommitResponsePartition Answer(
        OffsetCommitRequest.OffsetCommitRequestPartition partition, ErrorCode error) =>
        new() { PartitionIndex = partition.PartitionIndex, ErrorCode = error };

    private static ErrorCode Check(
        OffsetCommitRequest.OffsetCommitRequestTopic asked,
        TopicImage? topic,
        OffsetCommitRequest.OffsetCommitRequestPartition partition)
    {
        if (topic is null)
            return asked.TopicId != Guid.Empty ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        if ((uint)partition.PartitionIndex >= (uint)topic.Partitions.Length)
            return ErrorCode.UnknownTopicOrPartition;

        return partition.CommittedMetadata is { Length: > MetadataLengthMax }
            ? ErrorCode.OffsetMetadataTooLarge
            : ErrorCode.None;
    }

    /// <summary>Decides whether the committer may.</summary>
    /// <remarks>
    /// Where there are no members, who claims to be one is either a member of a group that is not there any more, or a
    /// stranger.
    /// </remarks>
    private ErrorCode Check(GroupTable groups)
    {
        string group = request.GroupId;
        int epoch = request.GenerationIdOrMemberEpoch;
        if (groups.Find(group) is { } known)
            return producer is null ? Check(known) : CheckInTransaction(known);
        if (epoch < 0)
            return ErrorCode.None;

        return groups.Has(group) ? ErrorCode.UnknownMemberId : ErrorCode.IllegalGeneration;
    }

    private ErrorCode Check(IGroup group) => group.CheckCommit(
        request.MemberId,
        request.GroupInstanceId,
        request.GenerationIdOrMemberEpoch,
        request.Version >= FirstWithEpochs);

    /// <summary>Decides as Kafka does within a transaction: older producers do not say which member they are, and an
    /// offset of the generation that is being left still counts.</summary>
    private ErrorCode CheckInTransaction(IGroup group)
    {
        if (request is { GenerationIdOrMemberEpoch: < 0, MemberId.Length: 0, GroupInstanceId: null })
            return ErrorCode.None;

        return Check(group) switch
        {
            ErrorCode.RebalanceInProgress => ErrorCode.None,
            ErrorCode.StaleMemberEpoch => ErrorCode.IllegalGeneration,
            ErrorCode error => error,
        };
    }

    private void Decide(OffsetCommitRequest.OffsetCommitRequestTopic asked, GroupDecision decision)
    {
        TopicImage? topic = asked.TopicId != Guid.Empty ? image.FindTopic(asked.TopicId) : image.FindTopic(asked.Name);
        OffsetCommitResponse.OffsetCommitResponseTopic answers = new() { Name = asked.Name, TopicId = asked.TopicId };
        _response.Topics.Add(answers);
        foreach (OffsetCommitRequest.OffsetCommitRequestPartition partition in asked.Partitions)
        {
            ErrorCode error = Check(asked, topic, partition);
            OffsetCommitResponse.OffsetCommitResponsePartition answer = Answer(partition, error);
            answers.Partitions.Add(answer);
            if (error != ErrorCode.None)
                continue;

            _accepted.Add(answer);
            decision.Append(RecordOf(topic!, partition, decision.Timestamp));
        }
    }

    private GroupRecord RecordOf(
        TopicImage topic, OffsetCommitRequest.OffsetCommitRequestPartition partition, long timestamp) => GroupRecord.Of(
        new OffsetCommitKey { Group = request.GroupId, Topic = topic.Name, Partition = partition.PartitionIndex },
        new OffsetCommitValue
        {
            Offset = partition.CommittedOffset,
            LeaderEpoch = partition.CommittedLeaderEpoch,
            Metadata = partition.CommittedMetadata ?? "",
            CommitTimestamp = timestamp,
            ExpireTimestamp =
                request.RetentionTimeMs == DefaultRetention ? -1 : timestamp + request.RetentionTimeMs,
            TopicId = topic.TopicId,
        }) with
        {
            Producer = producer,
        };
}
