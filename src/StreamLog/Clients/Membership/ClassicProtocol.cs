using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <summary>The classic protocol from the member's side, for brokers that know no newer one: heartbeats say that the
/// member is alive, and bring word that all have to join again; then the leader assigns.</summary>
/// <remarks>
/// A round of joining waits for the other members, so it goes on by itself: an exchange begins it, and a later one
/// takes what it came to. Meanwhile nothing moves, and the member reads on.
/// </remarks>
internal sealed partial class ClassicProtocol : IGroupProtocol
{
    // As Kafka's clients: three seconds, and at least three in a session.
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    // How often to look for topics and partitions that are new. Kafka's clients take five minutes.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(30);

    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly GroupTopics _topics;
    private readonly Action _news;
    private readonly TimeSpan _interval;

    // The last round that was completed; none while the member is not in the group.
    private JoinedGroup? _joined;
    private bool _mustJoin = true;
    private long _lookedAt;

    // The round that is under way. Until it has ended it alone changes the two below it.
    private Task<JoinedGroup>? _round;
    private CancellationTokenSource? _givingUp;
    private string _memberId = "";
    private volatile object? _stamp;

    /// <summary>Creates a member that has not joined.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The group, and how the member behaves.</param>
    /// <param name="subscription">What it reads.</param>
    /// <param name="news">Called when it should exchange something at once.</param>
    /// <exception cref="StreamLogException">The subscription's pattern is none.</exception>
    public ClassicProtocol(
        BrokerSession session, ConsumerOptions options, Subscription subscription, Action news)
    {
        _session = session;
        _options = options;
        _news = news;
        _topics = new GroupTopics(session, subscription, Timeout());
        TimeSpan third = options.SessionTimeout / 3;
        _interval = third < LongestInterval ? third : LongestInterval;
    }

    /// <inheritdoc/>
    public MemberStamp? Stamp => (MemberStamp?)_stamp;

    /// <inheritdoc/>
    public async ValueTask<GroupExchange> ExchangeAsync(
        IReadOnlySet<TopicPartition> owned, bool isMoving, CancellationToken cancellationToken)
    {
        // Whoever joins says what it has, so it has to have arrived.
        if (_round is null && !isMoving && (_mustJoin || !_joined!.Assigned.SetEquals(owned)))
            Begin(owned);
        if (_round is null)
            return await BeatAsync(isMoving, cancellationToken).ConfigureAwait(false);

        return _round.IsCompleted ? await EndAsync().ConfigureAwait(false) : new GroupExchange(_interval);
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync()
    {
        if (_round is { } round)
        {
            await _givingUp!.CancelAsync().ConfigureAwait(false);
            await ((Task)round).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _round = null;
        }

        string memberId = _memberId;
        Reset();
        _memberId = "";

        // A static member stays until its session is over: it may be back by then.
        if (memberId.Length == 0 || _options.InstanceId is not null)
            return;
        LeaveGroupRequest request = new()
        {
            GroupId = _options.Group!,
            Members = [new LeaveGroupRequest.MemberIdentity { MemberId = memberId }],
        };
        await _session.SendAsync(request, Timeout(), CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<GroupExchange> BeatAsync(bool isMoving, CancellationToken cancellationToken)
    {
        // One that closes before it has joined has nothing to tell.
        if (Stamp is not { } stamp)
            return new GroupExchange(_interval);

        HeartbeatRequest request = new()
        {
            GroupId = _options.Group!,
            MemberId = stamp.MemberId,
            GenerationId = stamp.Epoch,
            GroupInstanceId = stamp.InstanceId,
        };
        HeartbeatResponse response =
            await _session.SendAsync(request, Timeout(), cancellationToken).ConfigureAwait(false);
        if (IsOut(response.ErrorCode))
            return Out(response.ErrorCode);
        if (response.ErrorCode == ErrorCode.RebalanceInProgress)
            _mustJoin = true;
        else if (response.ErrorCode != ErrorCode.None)
            throw Refused(response.ErrorCode);
        else
            await LookAsync(cancellationToken).ConfigureAwait(false);
        return new GroupExchange(
            _mustJoin && !isMoving ? TimeSpan.Zero : _interval, Target: null, IsOut: false, IsAwaited: _mustJoin);
    }

    /// <summary>Looks from time to time whether there is something new to share.</summary>
    private async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        if (_joined is null || _session.Time.GetElapsedTime(_lookedAt) < LookInterval)
            return;
        _lookedAt = _session.Time.GetTimestamp();
        try
        {
            _mustJoin |= await _topics.HaveChangedAsync(_joined, cancellationToken).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            // Another time.
        }
    }

    private static bool IsOut(ErrorCode error) => error is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration;

    private GroupExchange Out(ErrorCode error)
    {
        bool wasIn = _joined is not null;
        Reset();
        if (error == ErrorCode.UnknownMemberId)
            _memberId = "";
        return wasIn
            ? new GroupExchange(TimeSpan.Zero, Target: null, IsOut: true)
            : new GroupExchange(_options.RetryBackoff);
    }

    private void Reset()
    {
        _joined = null;
        _mustJoin = true;
        _stamp = null;
    }

    private TimeSpan Timeout() => _options.ApiTimeout < RequestTimeout ? _options.ApiTimeout : RequestTimeout;

    private StreamLogException Refused(ErrorCode error) => new(
        error,
        error switch
        {
            ErrorCode.FencedInstanceId =>
                $"Another consumer has joined group '{_options.Group}' as '{_options.InstanceId}' and took the place "
                + "of this one. Give each consumer an InstanceId of its own.",
            ErrorCode.InconsistentGroupProtocol =>
                $"Group '{_options.Group}' has members that do not know the assignor '{CooperativeSticky.Name}', which "
                + "is the one that StreamLog's consumers bring to such a broker. Have all members know it, or use "
                + "another group.",
            ErrorCode.InvalidSessionTimeout =>
                $"The broker does not allow a SessionTimeout of {_options.SessionTimeout}. Choose one that it does.",
            ErrorCode.GroupMaxSizeReached =>
                $"Group '{_options.Group}' has as many members as the broker allows.",
            _ => $"Group '{_options.Group}' refused a member with {error}.",
        });
}
