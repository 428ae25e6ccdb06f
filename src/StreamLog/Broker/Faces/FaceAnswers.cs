using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Faces;

/// <summary>Completes the answers of one node of several in a process: who leads what it does not, and only what is its
/// own in lists. Stateless.</summary>
internal static class FaceAnswers
{
    /// <summary>Completes an answer.</summary>
    /// <param name="response">The answer, of any API.</param>
    /// <param name="rack">The rack of the consumer that asked, or nothing.</param>
    /// <param name="rules">What the node answers for now.</param>
    public static void Complete(object response, string rack, FaceRules rules)
    {
        switch (response)
        {
            case ProduceResponse produced:
                Complete(produced, rules);
                break;
            case FetchResponse fetched:
                Complete(fetched, rack, rules);
                break;
            case ShareFetchResponse fetched:
                Complete(fetched, rules);
                break;
            case ShareAcknowledgeResponse acknowledged:
                Complete(acknowledged, rules);
                break;
            case ListGroupsResponse groups:
                groups.Groups.RemoveAll(group => !rules.Coordinates(TopicNames.ConsumerOffsets, group.GroupId));
                break;
            case ListTransactionsResponse transactions:
                transactions.TransactionStates.RemoveAll(
                    transaction => !rules.Coordinates(TopicNames.TransactionState, transaction.TransactionalId));
                break;
        }
    }

    private static void Complete(ProduceResponse response, FaceRules rules)
    {
        foreach (ProduceResponse.TopicProduceResponse topic in response.Responses)
        {
            foreach (ProduceResponse.PartitionProduceResponse partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.NotLeaderOrFollower
                    || rules.Find(topic.Name, topic.TopicId, partition.Index) is not { } known)
                {
                    continue;
                }

                partition.CurrentLeader = new() { LeaderId = known.Leader, LeaderEpoch = known.LeaderEpoch };
                if (!response.NodeEndpoints.Exists(node => node.NodeId == known.Leader))
                    response.NodeEndpoints.Add(new() { NodeId = known.Leader, Host = "localhost" });
            }
        }
    }

    private static void Complete(FetchResponse response, string rack, FaceRules rules)
    {
        foreach (FetchResponse.FetchableTopicResponse topic in response.Responses)
        {
            foreach (FetchResponse.PartitionData partition in topic.Partitions)
            {
                if (rules.Find(topic.Topic, topic.TopicId, partition.PartitionIndex) is not { } known)
                    continue;

                if (partition.ErrorCode == ErrorCode.None && rules.FindNearer(known, rack) is { } nearer)
                {
                    Empty(partition);
                    partition.PreferredReadReplica = nearer;
                }
                else if (partition.ErrorCode == ErrorCode.NotLeaderOrFollower)
                {
                    partition.CurrentLeader = new() { LeaderId = known.Leader, LeaderEpoch = known.LeaderEpoch };
                    if (!response.NodeEndpoints.Exists(node => node.NodeId == known.Leader))
                        response.NodeEndpoints.Add(new() { NodeId = known.Leader, Host = "localhost" });
                }
            }
        }
    }

    private static void Complete(ShareFetchResponse response, FaceRules rules)
    {
        foreach (ShareFetchResponse.ShareFetchableTopicResponse topic in response.Responses)
        {
            foreach (ShareFetchResponse.PartitionData partition in topic.Partitions)
            {
                if (partition.ErrorCode != ErrorCode.NotLeaderOrFollower
                    || rules.Find(name: null, topic.TopicId, partition.PartitionIndex) is not { } known)
                {
                    continue;
                }

                partition.CurrentLeader = new() { LeaderId = known.Leader, LeaderEpoch = known.LeaderEpoch };
                if (!response.NodeEndpoints.Exists(node => node.NodeId == known.Leader))
                    response.NodeEndpoints.Add(new() { NodeId = known.Leader, Host = "localhost" });
            }
        }
    }

    private static void Complete(ShareAcknowledgeResponse response, FaceRules rules)
    {
        foreach (ShareAcknowledgeResponse.ShareAcknowledgeTopicResponse topic in response.Responses)
        {
            foreach (ShareAcknowledgeResponse.PartitionData partition in topic.Partitions)
            {
                if (partition.ErrorCode != ErrorCode.NotLeaderOrFollower
                    || rules.Find(name: null, topic.TopicId, partition.PartitionIndex) is not { } known)
                {
                    continue;
                }

                partition.CurrentLeader = new() { LeaderId = known.Leader, LeaderEpoch = known.LeaderEpoch };
                if (!response.NodeEndpoints.Exists(node => node.NodeId == known.Leader))
                    response.NodeEndpoints.Add(new() { NodeId = known.Leader, Host = "localhost" });
            }
        }
    }

    private static void Empty(FetchResponse.PartitionData partition)
    {
        partition.Records?.Dispose();
        partition.Records = RecordBuffer.Empty;
        partition.AbortedTransactions = null;
    }
}
