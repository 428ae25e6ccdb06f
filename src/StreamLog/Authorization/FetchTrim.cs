using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Authorization;

/// <summary>Takes records from responses that their receiver may not read: sessions of queues go on while rules
/// change. Stateless.</summary>
internal static class FetchTrim
{
    /// <summary>Replaces partitions by a refusal.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The response.</param>
    /// <param name="caller">Who gets it.</param>
    public static void Trim(ShareFetchRequest request, ShareFetchResponse response, Caller caller)
    {
        foreach (ShareFetchResponse.ShareFetchableTopicResponse topic in response.Responses)
        {
            if (caller.TopicName("", topic.TopicId) is not { } name
                || caller.May(AclOperation.Read, AclResourceType.Topic, name))
            {
                continue;
            }

            for (int i = 0; i < topic.Partitions.Count; i++)
            {
                topic.Partitions[i].Records?.Dispose();
                topic.Partitions[i] = new ShareFetchResponse.PartitionData
                {
                    PartitionIndex = topic.Partitions[i].PartitionIndex,
                    ErrorCode = ErrorCode.TopicAuthorizationFailed,
                    Records = RecordBuffer.Empty,
                };
            }
        }
    }
}
