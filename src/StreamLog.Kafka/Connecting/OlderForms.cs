using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Says to older brokers what newer versions say in other fields, and reads their answers as those of newer
/// ones. Stateless.</summary>
internal static class OlderForms
{
    private const short FirstOffsetFetchOfGroups = 8;
    private const short FirstOffsetFetchOfStable = 7;
    private const short FirstFindOfKeys = 4;
    private const short FirstLeaveOfMembers = 3;
    private const short FirstDeleteOfIds = 6;
    private const short FirstMetadataThatMayCreateNothing = 4;

    /// <summary>Puts a request as a version says it.</summary>
    /// <param name="request">The request. It is not changed.</param>
    /// <param name="version">The version.</param>
    /// <returns>The request itself, or another one.</returns>
    /// <exception cref="StreamLogException">The version can only say it in several requests
    /// (<see cref="ErrorCode.UnsupportedVersion"/>).</exception>
    public static object Fit(object request, short version) => request switch
    {
        OffsetFetchRequest { Groups.Count: > 0 } fetch when version < FirstOffsetFetchOfGroups => Fit(fetch, version),
        FindCoordinatorRequest { CoordinatorKeys.Count: > 0 } find when version < FirstFindOfKeys =>
            new FindCoordinatorRequest { Key = Single(find.CoordinatorKeys, "coordinator"), KeyType = find.KeyType },
        LeaveGroupRequest { Members.Count: > 0 } leave when version < FirstLeaveOfMembers => new LeaveGroupRequest
        {
            GroupId = leave.GroupId,
            MemberId = Single(leave.Members, "member").MemberId,
        },
        DeleteTopicsRequest { Topics.Count: > 0 } delete when version < FirstDeleteOfIds => new DeleteTopicsRequest
        {
            TopicNames = delete.Topics.ConvertAll(static topic => topic.Name ?? throw new StreamLogException(
                ErrorCode.UnsupportedVersion, "The broker can delete topics by their names alone, and not by ids.")),
            TimeoutMs = delete.TimeoutMs,
        },
        MetadataRequest { AllowAutoTopicCreation: false } metadata when version < FirstMetadataThatMayCreateNothing =>
            new MetadataRequest { Topics = metadata.Topics },
        _ => request,
    };

    /// <summary>Puts a response as the newest version says it.</summary>
    /// <param name="request">The request as it was made.</param>
    /// <param name="response">The response as it was read. It may be changed.</param>
    /// <param name="version">The version that it came in.</param>
    /// <returns>The response.</returns>
    public static object Widen(object request, object response, short version)
    {
        switch (request, response)
        {
            case (OffsetFetchRequest { Groups.Count: > 0 } asked, OffsetFetchResponse answer)
                when version < FirstOffsetFetchOfGroups:
                Widen(asked, answer);
                break;
            case (FindCoordinatorRequest { CoordinatorKeys.Count: > 0 } asked, FindCoordinatorResponse answer)
                when version < FirstFindOfKeys:
                answer.Coordinators =
                [
                    new FindCoordinatorResponse.Coordinator
                    {
                        Key = asked.CoordinatorKeys[0],
                        NodeId = answer.NodeId,
                        Host = answer.Host,
                        Port = answer.Port,
                        ErrorCode = answer.ErrorCode,
                        ErrorMessage = answer.ErrorMessage,
                    },
                ];
                break;
            case (LeaveGroupRequest { Members.Count: > 0 } asked, LeaveGroupResponse answer)
                when version < FirstLeaveOfMembers:
                answer.Members =
                [
                    new LeaveGroupResponse.MemberResponse
                    {
                        MemberId = asked.Members[0].MemberId,
                        ErrorCode = answer.ErrorCode,
                    },
                ];
                break;
        }

        return response;
    }

    private static OffsetFetchRequest Fit(OffsetFetchRequest request, short version)
    {
        OffsetFetchRequest.OffsetFetchRequestGroup group = Single(request.Groups, "group");
        return new OffsetFetchRequest
        {
            GroupId = group.GroupId,
            Topics = group.Topics?.ConvertAll(static topic => new OffsetFetchRequest.OffsetFetchRequestTopic
            {
                Name = topic.Name,
                PartitionIndexes = topic.PartitionIndexes,
            }),

            // Brokers that do not know of it do not know of open transactions on offsets either.
            RequireStable = request.RequireStable && version >= FirstOffsetFetchOfStable,
        };
    }

    private static void Widen(OffsetFetchRequest asked, OffsetFetchResponse answer)
    {
        answer.Groups =
        [
            new OffsetFetchResponse.OffsetFetchResponseGroup
            {
                GroupId = asked.Groups[0].GroupId,
                ErrorCode = answer.ErrorCode,
                Topics = answer.Topics.ConvertAll(static topic => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Name,
                    Partitions = topic.Partitions.ConvertAll(
                        static partition => new OffsetFetchResponse.OffsetFetchResponsePartitions
                        {
                            PartitionIndex = partition.PartitionIndex,
                            CommittedOffset = partition.CommittedOffset,
                            CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
                            Metadata = partition.Metadata,
                            ErrorCode = partition.ErrorCode,
                        }),
                }),
            },
        ];
        answer.ErrorCode = ErrorCode.None;
        answer.Topics = [];
    }

    private static T Single<T>(List<T> items, string what) => items.Count == 1
        ? items[0]
        : throw new StreamLogException(
            ErrorCode.UnsupportedVersion,
            $"The broker takes one {what} in a request of this kind, and {items.Count} were given. Ask for one at a "
            + "time.");
}
