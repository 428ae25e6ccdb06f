using Microsoft.Extensions.Logging;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Sharing;

/// <summary>Keeps a consumer in its share group: joins, sends heartbeats, joins again where it was put out, and
/// leaves.</summary>
/// <remarks>Owned by its consumer. It runs on the thread pool.</remarks>
internal sealed partial class ShareMembership : IAsyncDisposable
{
    private const int Joining = 0;
    private const int Leaving = -1;

    private readonly BrokerSession _session;
    private readonly string _group;
    private readonly string _topic;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _retryBackoff;
    private readonly Action _changed;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private int _epoch = Joining;
    private volatile IReadOnlyList<SharedPartition> _assignment = [];
    private volatile Exception? _failure;

    /// <summary>Creates a membership that has not begun.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="group">The group.</param>
    /// <param name="topic">The topic subscribed to.</param>
    /// <param name="options">How long to wait for answers, and between attempts.</param>
    /// <param name="changed">Is called when there is another assignment, or a failure. It must not throw.</param>
    /// <param name="logger">Where it logs.</param>
    public ShareMembership(
        BrokerSession session,
        string group,
        string topic,
        ShareConsumerOptions options,
        Action changed,
        ILogger logger)
    {
        _session = session;
        _group = group;
        _topic = topic;
        _timeout = options.ApiTimeout;
        _retryBackoff = options.RetryBackoff;
        _changed = changed;
        _logger = logger;
        MemberId = session.Environment.NewId().ToString();
    }

    /// <summary>Gets the member's id.</summary>
    public string MemberId { get; }

    /// <summary>Gets the partitions to read.</summary>
    public IReadOnlyList<SharedPartition> Assignment => _assignment;

    /// <summary>Gets why there will be no more heartbeats, or <see langword="null"/>.</summary>
    public Exception? Failure => _failure;

    /// <summary>Begins. To be called once.</summary>
    public void Start() => _running = RunAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        if (_epoch == Joining)
            return;

        try
        {
            await SendAsync(Leaving, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StreamLogException exception)
        {
            // The group lets it go by itself, later.
            Log.CannotLeave(_logger, exception, _group, _topic);
        }
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                TimeSpan pause = await BeatAsync().ConfigureAwait(false);
                await Task.Delay(pause, _session.Time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // That is the end.
        }
        catch (Exception exception)
        {
            Log.Ended(_logger, exception, _group, _topic);
            _failure = exception;
            _changed();
        }
    }

    private async ValueTask<TimeSpan> BeatAsync()
    {
        ShareGroupHeartbeatResponse response;
        try
        {
            response = await SendAsync(_epoch, _stopping.Token).ConfigureAwait(false);
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            return _retryBackoff;
        }

        if (response.ErrorCode is ErrorCode.UnknownMemberId or ErrorCode.FencedMemberEpoch or ErrorCode.GroupIdNotFound
            && _epoch != Joining)
        {
            // What it has it keeps while its locks last; what is said of these records still counts.
            Log.JoinsAgain(_logger, _group, _topic, response.ErrorCode);
            _epoch = Joining;
            return TimeSpan.Zero;
        }

        if (response.ErrorCode == ErrorCode.UnsupportedVersion)
            throw ClientErrors.NoShareGroups(_group);
        if (response.ErrorCode != ErrorCode.None)
        {
            StreamLogException refused =
                ClientErrors.Refused(response.ErrorCode, $"Joining the share group '{_group}'", response.ErrorMessage);
            if (!refused.IsRetriable)
                throw refused;
            return _retryBackoff;
        }

        _epoch = response.MemberEpoch;
        if (response.Assignment is { } assignment)
        {
            _assignment = [.. assignment.TopicPartitions.SelectMany(
                topic => topic.Partitions, (topic, partition) => new SharedPartition(topic.TopicId, partition))];
            _changed();
        }

        return TimeSpan.FromMilliseconds(Math.Max(1, response.HeartbeatIntervalMs));
    }

    private ValueTask<ShareGroupHeartbeatResponse> SendAsync(int epoch, CancellationToken cancellationToken) =>
        _session.SendAsync(
            new ShareGroupHeartbeatRequest
            {
                GroupId = _group,
                MemberId = MemberId,
                MemberEpoch = epoch,
                SubscribedTopicNames = epoch == Joining ? [_topic] : null,
            },
            _timeout,
            cancellationToken);
}
