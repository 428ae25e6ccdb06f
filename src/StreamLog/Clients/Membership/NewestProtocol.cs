using StreamLog.Protocol;

namespace StreamLog.Clients.Membership;

/// <summary>Speaks with the coordinator by the newest protocol that the broker knows.</summary>
/// <remarks>
/// It chooses when the member first joins. A broker that was not connected to before, or that has the consumer protocol
/// turned off, says only then that it does not speak it, and the classic one takes its place.
/// </remarks>
internal sealed class NewestProtocol : IGroupProtocol
{
    private const short FirstWithPatterns = 1;

    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly Subscription _subscription;
    private readonly Action _news;

    // Written by the loop of the member, read by whoever commits.
    private volatile IGroupProtocol? _chosen;

    /// <summary>Creates a member that has not joined.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The group, and how the member behaves.</param>
    /// <param name="subscription">What the member reads.</param>
    /// <param name="news">Called when the member should exchange something at once.</param>
    public NewestProtocol(BrokerSession session, ConsumerOptions options, Subscription subscription, Action news)
    {
        _session = session;
        _options = options;
        _subscription = subscription;
        _news = news;
    }

    /// <inheritdoc/>
    public MemberStamp? Stamp => _chosen?.Stamp;

    /// <inheritdoc/>
    public async ValueTask<GroupExchange> ExchangeAsync(
        IReadOnlySet<TopicPartition> owned, bool isMoving, CancellationToken cancellationToken)
    {
        IGroupProtocol protocol = _chosen ??= Choose();
        try
        {
            return await protocol.ExchangeAsync(owned, isMoving, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.UnsupportedVersion
            && protocol is ConsumerProtocol { Stamp: null } && _session.Broker.Speaks(ApiKey.JoinGroup))
        {
            _chosen = new ClassicProtocol(_session, _options, _subscription, _news);
        }

        return await _chosen.ExchangeAsync(owned, isMoving, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask LeaveAsync() => _chosen?.LeaveAsync() ?? ValueTask.CompletedTask;

    private IGroupProtocol Choose()
    {
        IBroker broker = _session.Broker;
        bool knowsPattern = _subscription.Pattern is null
            || !broker.IsBefore(ApiKey.ConsumerGroupHeartbeat, FirstWithPatterns);
        if (broker.Speaks(ApiKey.ConsumerGroupHeartbeat) && knowsPattern)
            return new ConsumerProtocol(_session, _options, _subscription, _news);
        if (broker.Speaks(ApiKey.JoinGroup))
            return new ClassicProtocol(_session, _options, _subscription, _news);
        throw new StreamLogException(
            ErrorCode.UnsupportedVersion,
            "The broker speaks neither of the protocols of consumer groups. Read its partitions with IConsumer.");
    }
}
