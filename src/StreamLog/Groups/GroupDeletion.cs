using System.Text;
using StreamLog.Protocol.Messages;

namespace StreamLog.Groups;

/// <summary>Decides on the deletion of groups, and of offsets. Stateless.</summary>
internal static class GroupDeletion
{
    /// <summary>How many offsets are forgotten in one step at most.</summary>
    public const int StepMax = 2_000;

    // A record has the topic's name, a number, and a few lengths and differences beside the group's name.
    private const int RecordBytesMax = 512;

    /// <summary>Tells how many offsets of a group are forgotten in one step, so that the records of the step fit into a
    /// batch.</summary>
    /// <param name="group">The group's name.</param>
    /// <returns>The number.</returns>
    public static int StepMaxOf(string group) => Math.Min(
        StepMax, GroupLog.BatchBytesMax / (RecordBytesMax + Encoding.UTF8.GetByteCount(group)));

    /// <summary>Decides on the deletion of a group with all its offsets. Where they are many, it takes several steps,
    /// and the group goes with the last of them.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="name">The group's name.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Delete(
        GroupTable groups, string name, GroupDecision decision, GroupReply<Step> reply)
    {
        IGroup? group = groups.Find(name);
        ErrorCode error = !groups.Has(name) ? ErrorCode.GroupIdNotFound
            : group is { IsEmpty: false } ? ErrorCode.NonEmptyGroup
            : ErrorCode.None;
        bool isLast = error != ErrorCode.None || groups.Offsets.Delete(name, StepMaxOf(name), decision);
        if (isLast && error == ErrorCode.None)
            group?.Delete(decision);

        decision.Answer(reply, new Step(error, isLast));
    }

    /// <summary>Decides on the deletion of offsets.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="request">The request.</param>
    /// <param name="decision">Takes what is decided.</param>
    /// <param name="reply">The answer.</param>
    public static void Delete(
        GroupTable groups,
        OffsetDeleteRequest request,
        GroupDecision decision,
        GroupReply<OffsetDeleteResponse> reply)
    {
        IGroup? group = groups.Find(request.GroupId);
        OffsetDeleteResponse response = new()
        {
            ErrorCode = groups.Has(request.GroupId)
                ? group?.CheckOffsetDelete() ?? ErrorCode.None
                : ErrorCode.GroupIdNotFound,
        };
        if (response.ErrorCode == ErrorCode.None)
        {
            foreach (OffsetDeleteRequest.OffsetDeleteRequestTopic topic in request.Topics)
                response.Topics.Add(Delete(groups, request.GroupId, topic, decision));
        }

        decision.Answer(reply, response);
    }

    /// <summary>What a step of the deletion of a group has come to.</summary>
    /// <param name="Error">Why the group is not deleted, or None.</param>
    /// <param name="IsLast">Whether there is nothing left to do.</param>
    internal sealed record Step(ErrorCode Error, bool IsLast);

    private static OffsetDeleteResponse.OffsetDeleteResponseTopic Delete(
        GroupTable groups,
        string group,
        OffsetDeleteRequest.OffsetDeleteRequestTopic topic,
        GroupDecision decision)
    {
        OffsetDeleteResponse.OffsetDeleteResponseTopic answers = new() { Name = topic.Name };
        bool isSubscribed = groups.Find(group)?.IsSubscribedTo(topic.Name) == true;
        foreach (OffsetDeleteRequest.OffsetDeleteRequestPartition asked in topic.Partitions)
        {
            TopicPartition partition = new(topic.Name, asked.PartitionIndex);
            answers.Partitions.Add(new OffsetDeleteResponse.OffsetDeleteResponsePartition
            {
                PartitionIndex = asked.PartitionIndex,
                ErrorCode = isSubscribed ? ErrorCode.GroupSubscribedToTopic : ErrorCode.None,
            });

            // What is not there needs no record that says so.
            if (!isSubscribed && groups.Offsets.Has(group, partition))
                GroupOffsets.Delete(group, partition, decision);
        }

        return answers;
    }
}
