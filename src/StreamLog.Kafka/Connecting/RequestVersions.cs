using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Kafka.Connecting;

/// <summary>Chooses in which version a request goes to a broker: the newest that both sides speak, and that says what
/// the request says. Stateless.</summary>
internal static class RequestVersions
{
    // From these versions on topics are named by their ids alone (KIP-516).
    private const short FirstWithIdsInData = 13;
    private const short FirstWithIdsInOffsets = 10;

    // From here on the request is one between brokers (KIP-890).
    private const short LastOfClientsAddPartitions = 3;

    /// <summary>Chooses a version.</summary>
    /// <param name="api">The API.</param>
    /// <param name="request">The request.</param>
    /// <param name="spoken">What the broker speaks.</param>
    /// <returns>The version.</returns>
    /// <exception cref="StreamLogException">There is none (<see cref="ErrorCode.UnsupportedVersion"/>).</exception>
    public static short Choose(ApiDescription api, object request, SpokenVersions spoken)
    {
        ApiVersionRange ours = api.Versions;
        if (spoken.Find(ours.ApiKey) is not { } theirs)
        {
            throw new StreamLogException(
                ErrorCode.UnsupportedVersion,
                $"The broker does not speak {ours.ApiKey}. A newer version of Kafka may, or one that is set up to.");
        }

        int newest = Math.Min(Math.Min(ours.MaxVersion, theirs.MaxVersion), LastFor(request));
        int oldest = Math.Max(ours.MinVersion, theirs.MinVersion);
        return newest >= oldest
            ? (short)newest
            : throw new StreamLogException(
                ErrorCode.UnsupportedVersion,
                $"The broker speaks {ours.ApiKey} in the versions {theirs.MinVersion} to {theirs.MaxVersion}, and "
                + $"this request can be made in {ours.MinVersion} to {Math.Min(ours.MaxVersion, LastFor(request))}.");
    }

    // The newest version that the request can be said in.
    private static int LastFor(object request)
    {
        int last = request is IVersionedRequest versioned ? versioned.Version : short.MaxValue;
        return request switch
        {
            ProduceRequest produce when produce.TopicData.Exists(static topic => topic.TopicId == Guid.Empty) =>
                Math.Min(last, FirstWithIdsInData - 1),
            FetchRequest fetch when fetch.Topics.Exists(static topic => topic.TopicId == Guid.Empty)
                || fetch.ForgottenTopicsData.Exists(static topic => topic.TopicId == Guid.Empty) =>
                Math.Min(last, FirstWithIdsInData - 1),
            OffsetCommitRequest commit when commit.Topics.Exists(static topic => topic.TopicId == Guid.Empty) =>
                Math.Min(last, FirstWithIdsInOffsets - 1),
            OffsetFetchRequest fetch when fetch.Groups.Exists(static group =>
                group.Topics is not { } topics || topics.Exists(static topic => topic.TopicId == Guid.Empty)) =>
                Math.Min(last, FirstWithIdsInOffsets - 1),
            AddPartitionsToTxnRequest { Transactions.Count: 0 } => Math.Min(last, LastOfClientsAddPartitions),
            _ => last,
        };
    }
}
