using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>A read that was sent to one broker. Immutable.</summary>
/// <param name="Address">The broker.</param>
/// <param name="Lane">The lane that it takes up until it is answered.</param>
/// <param name="Asked">The request.</param>
/// <param name="Positions">What it reads.</param>
/// <param name="Answer">The response to come.</param>
internal sealed record PendingFetch(
    BrokerAddress Address,
    Lane Lane,
    FetchRequest Asked,
    HashSet<FetchPosition> Positions,
    Task<FetchResponse> Answer)
{
    /// <summary>Keeps of the answer what somebody wants. The rest is given back.</summary>
    /// <param name="response">The answer. It is changed.</param>
    /// <param name="wanted">What is wanted.</param>
    public void Keep(FetchResponse response, HashSet<FetchPosition> wanted)
    {
        if (Positions.IsSubsetOf(wanted))
            return;

        FetchPosition[] kept = [.. Positions.Where(wanted.Contains)];
        foreach (FetchResponse.FetchableTopicResponse topic in response.Responses)
        {
            topic.Partitions.RemoveAll(partition =>
            {
                if (Array.Exists(kept, position => position.IsOf(topic, partition.PartitionIndex)))
                    return false;
                partition.Records?.Dispose();
                return true;
            });
        }

        response.Responses.RemoveAll(static topic => topic.Partitions.Count == 0);
    }
}
