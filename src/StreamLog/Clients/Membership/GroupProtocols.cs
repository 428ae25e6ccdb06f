using StreamLog.Protocol;

namespace StreamLog.Clients.Membership;

/// <summary>Chooses how a member speaks with its coordinator. Stateless.</summary>
internal static class GroupProtocols
{
    /// <summary>Chooses the newest protocol that the broker speaks.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="session">The way to it.</param>
    /// <param name="options">The group, and how the member behaves.</param>
    /// <param name="subscription">What the member reads.</param>
    /// <param name="news">Called when the member should exchange something at once.</param>
    /// <returns>The protocol, for one member.</returns>
    /// <exception cref="StreamLogException">The broker knows no groups, or the member has to look for its topics itself
    /// and the pattern is none.</exception>
    public static IGroupProtocol Choose(
        IBroker broker, BrokerSession session, ConsumerOptions options, Subscription subscription, Action news)
    {
        if (Speaks(broker, ApiKey.ConsumerGroupHeartbeat))
            return new ConsumerProtocol(session, options, subscription, news);
        if (Speaks(broker, ApiKey.JoinGroup))
            return new ClassicProtocol(session, options, subscription, news);
        throw new StreamLogException(
            ErrorCode.UnsupportedVersion,
            "The broker speaks neither of the protocols of consumer groups. Read its partitions with IConsumer.");
    }

    private static bool Speaks(IBroker broker, ApiKey api)
    {
        foreach (ApiVersionRange range in broker.SupportedApis)
        {
            if (range.ApiKey == api)
                return true;
        }

        return false;
    }
}
