using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <summary>The consumer protocol (KIP-848) from the member's side: heartbeats say what has changed with the member,
/// and bring it its partitions.</summary>
/// <remarks>
/// The member makes its id itself and keeps it. It tells what it owns when that has changed and it has arrived where it
/// was told to, and everything of itself again after an exchange that had no answer.
/// </remarks>
internal sealed class ConsumerProtocol : IGroupProtocol
{
    private const int JoiningEpoch = 0;
    private const int LeavingEpoch = -1;
    private const int AwayEpoch = -2;

    // Below a session's time-out, so that an answer that is lost is asked for again in time.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly Subscription _subscription;
    private readonly TopicIds _topics;
    private readonly Action _news;
    private readonly string _memberId;

    private int _epoch = JoiningEpoch;
    private TimeSpan _interval = TimeSpan.FromSeconds(5);
    private IReadOnlySet<TopicPartition>? _told;
    private bool _tellsAll = true;
    private bool _mayBeIn;

    // Where the coordinator says when a heartbeat is worth while: what is asked for that, until it is answered.
    private CancellationTokenSource? _watch;
    private bool _canWatch;

    // What the coordinator has given that could not be named yet.
    private List<ConsumerGroupHeartbeatResponse.TopicPartitions>? _unnamed;
    private volatile object? _stamp;

    /// <summary>Creates a member that has not joined.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The group, and how the member behaves.</param>
    /// <param name="subscription">What it reads.</param>
    /// <param name="news">Called when it should exchange something at once.</param>
    public ConsumerProtocol(
        BrokerSession session, ConsumerOptions options, Subscription subscription, Action news)
    {
        _news = news;
        _session = session;
        _options = options;
        _subscription = subscription;
        _topics = new TopicIds(session);
        _memberId = session.Environment.NewId().ToString();
    }

    /// <inheritdoc/>
    public MemberStamp? Stamp => (MemberStamp?)_stamp;

    /// <inheritdoc/>
    public async ValueTask<GroupExchange> ExchangeAsync(
        IReadOnlySet<TopicPartition> owned, bool isMoving, CancellationToken cancellationToken)
    {
        // Before the heartbeat: what changes after it was answered is news then.
        bool isJoining = _epoch == JoiningEpoch;
        if (!isJoining && _canWatch && Volatile.Read(ref _watch) is null)
            Watch();
        bool tellsOwned = isJoining || (!isMoving && (_tellsAll || !ReferenceEquals(_told, owned)));
        ConsumerGroupHeartbeatRequest request = Build(isJoining || _tellsAll);
        if (tellsOwned)
            request.OwnedPartitions = isJoining ? [] : _topics.Number(owned);

        // Until there is an answer, nobody knows what the coordinator knows.
        _tellsAll = true;
        _mayBeIn = true;
        ConsumerGroupHeartbeatResponse response =
            await _session.SendAsync(request, Timeout(), cancellationToken).ConfigureAwait(false);
        bool isOut = response.ErrorCode is ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch
            or ErrorCode.GroupIdNotFound;
        if (isOut && !isJoining)
            return Out();
        bool hasJoined = isJoining && response.ErrorCode == ErrorCode.None;
        if (response.ErrorCode != ErrorCode.None)
            throw Refused(response);

        _canWatch = response.AnswersNews;
        _tellsAll = false;
        if (tellsOwned)
            _told = owned;
        _epoch = response.MemberEpoch;
        _stamp = new MemberStamp(_memberId, _epoch, _options.InstanceId);
        _interval = TimeSpan.FromMilliseconds(Math.Max(1, response.HeartbeatIntervalMs));
        if (response.Assignment is { } assignment)
            _unnamed = assignment.Partitions;
        if (_unnamed is null)
            return new GroupExchange(hasJoined ? TimeSpan.Zero : _interval);

        IReadOnlySet<TopicPartition> target =
            await _topics.NameAsync(_unnamed, _options.ApiTimeout, cancellationToken).ConfigureAwait(false);
        _unnamed = null;
        // The first heartbeat after joining begins to wait for news, and sees what changed in between.
        return new GroupExchange(hasJoined ? TimeSpan.Zero : _interval, target);
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync()
    {
        if (!_mayBeIn)
            return;
        ConsumerGroupHeartbeatRequest request = new()
        {
            GroupId = _options.Group!,
            MemberId = _memberId,
            InstanceId = _options.InstanceId,
            MemberEpoch = _options.InstanceId is null ? LeavingEpoch : AwayEpoch,
        };
        Reset();
        await _session.SendAsync(request, Timeout(), CancellationToken.None).ConfigureAwait(false);
    }

    private TimeSpan Timeout() => _options.ApiTimeout < RequestTimeout ? _options.ApiTimeout : RequestTimeout;

    private void Watch()
    {
        CancellationTokenSource watch = new();
        Volatile.Write(ref _watch, watch);
        _ = WatchAsync(watch);
    }

    private async Task WatchAsync(CancellationTokenSource watch)
    {
        bool isNews = false;
        try
        {
            ConsumerGroupHeartbeatRequest request = Build(isFull: false);
            request.WaitsForNews = true;
            ConsumerGroupHeartbeatResponse response = await _session.Broker
                .SendAsync(request, _session.Context, watch.Token).ConfigureAwait(false);
            isNews = response.IsNews;
        }
        catch (Exception exception) when (exception is StreamLogException or OperationCanceledException)
        {
            // The heartbeats tell what is wrong.
        }

        // The next heartbeat waits anew.
        Interlocked.CompareExchange(ref _watch, null, watch);
        if (isNews)
            _news();
    }

    private GroupExchange Out()
    {
        Reset();
        return new GroupExchange(TimeSpan.Zero, Target: null, IsOut: true);
    }

    private void Reset()
    {
        _epoch = JoiningEpoch;
        _stamp = null;
        _told = null;
        _unnamed = null;
        _tellsAll = true;
        _mayBeIn = false;
        Interlocked.Exchange(ref _watch, null)?.Cancel();
    }

    private ConsumerGroupHeartbeatRequest Build(bool isFull)
    {
        ConsumerGroupHeartbeatRequest request = new()
        {
            GroupId = _options.Group!,
            MemberId = _memberId,
            MemberEpoch = _epoch,
            InstanceId = _options.InstanceId,
        };
        if (!isFull)
            return request;
        request.RebalanceTimeoutMs = Durations.ToRequest(_options.MaxPollInterval);
        request.ServerAssignor = _options.Assignor;
        request.SubscribedTopicNames = [.. _subscription.Topics];
        request.SubscribedTopicRegex = _subscription.Pattern;
        return request;
    }

    private StreamLogException Refused(ConsumerGroupHeartbeatResponse response) => new(
        response.ErrorCode,
        response.ErrorCode switch
        {
            ErrorCode.UnreleasedInstanceId =>
                $"Group '{_options.Group}' has a member '{_options.InstanceId}' already, whose session is not over. "
                + "Give each consumer an InstanceId of its own.",
            ErrorCode.FencedInstanceId =>
                $"Another consumer has joined group '{_options.Group}' as '{_options.InstanceId}' and took the place "
                + "of this one. Give each consumer an InstanceId of its own.",
            _ => $"Group '{_options.Group}' refused a member with {response.ErrorCode}: {response.ErrorMessage}",
        });
}
