using StreamLog.Protocol.Messages;

namespace StreamLog.Broker.Handlers;

/// <summary>Makes the answer to a produce, of one part for each partition: new, or the one that the caller
/// lends.</summary>
internal static class ProduceAnswers
{
    /// <summary>Returns an answer without errors that names the request's partitions in their order.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The answer.</returns>
    public static ProduceResponse Begin(ProduceRequest request)
    {
        if (request.ResponseToFill is { } lent && TryClear(lent, request))
            return lent;

        ProduceResponse response = new()
        {
            Responses = new List<ProduceResponse.TopicProduceResponse>(request.TopicData.Count),
        };
        foreach (ProduceRequest.TopicProduceData data in request.TopicData)
        {
            ProduceResponse.TopicProduceResponse topic = new()
            {
                Name = data.Name,
                TopicId = data.TopicId,
                PartitionResponses = new List<ProduceResponse.PartitionProduceResponse>(data.PartitionData.Count),
            };
            foreach (ProduceRequest.PartitionProduceData partition in data.PartitionData)
                topic.PartitionResponses.Add(new ProduceResponse.PartitionProduceResponse { Index = partition.Index });
            response.Responses.Add(topic);
        }

        return response;
    }

    /// <summary>Clears an answer, if it has as many parts as the request.</summary>
    private static bool TryClear(ProduceResponse lent, ProduceRequest request)
    {
        if (lent.Responses.Count != request.TopicData.Count)
            return false;

        for (int i = 0; i < request.TopicData.Count; i++)
        {
            ProduceRequest.TopicProduceData data = request.TopicData[i];
            ProduceResponse.TopicProduceResponse topic = lent.Responses[i];
            if (topic.PartitionResponses.Count != data.PartitionData.Count)
                return false;

            topic.Name = data.Name;
            topic.TopicId = data.TopicId;
            for (int j = 0; j < data.PartitionData.Count; j++)
                Clear(topic.PartitionResponses[j], data.PartitionData[j].Index);
        }

        lent.ThrottleTimeMs = 0;
        lent.NodeEndpoints.Clear();
        return true;
    }

    private static void Clear(ProduceResponse.PartitionProduceResponse answer, int index)
    {
        answer.Index = index;
        answer.ErrorCode = ErrorCode.None;
        answer.BaseOffset = 0;
        answer.LogAppendTimeMs = -1;
        answer.LogStartOffset = -1;
        if (answer.RecordErrors.Count > 0)
            answer.RecordErrors = []; // Who told of a failure may have kept them.
        answer.ErrorMessage = null;
        answer.CurrentLeader = null;
    }
}
