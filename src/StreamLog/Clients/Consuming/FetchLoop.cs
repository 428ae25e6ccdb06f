using Microsoft.Extensions.Logging;
using StreamLog.Diagnostics;
using StreamLog.Protocol.Messages;
using StreamLog.Threading;

namespace StreamLog.Clients.Consuming;

/// <summary>Fetches ahead of a consumer's reader, within the limits of its options, as long as somebody
/// reads.</summary>
/// <remarks>
/// One request is under way at a time, for all partitions that want something. Where another one comes to want
/// something meanwhile, the request is taken back and asked anew, so that no partition waits for the silence of the
/// others. It runs on the thread pool; an answer is taken over on the broker's thread, which wakes the reader on the
/// pool.
/// </remarks>
internal sealed partial class FetchLoop : IAsyncDisposable
{
    private readonly BrokerSession _session;
    private readonly ConsumerOptions _options;
    private readonly ReadingSet _readings;
    private readonly FetchFailures _failures;
    private readonly ClientMetrics _metrics;
    private readonly ILogger _logger;
    private readonly PooledSignal _arrived = new();
    private readonly PooledSignal _wake = new();
    private readonly Lock _gate = new();

    // Below here: guarded by _gate.

    /// <summary>Takes back the request under way.</summary>
    private CancellationTokenSource? _takeBack;

    private Task _running = Task.CompletedTask;
    private Exception? _failure;
    private bool _isStopping;

    /// <summary>Creates a loop that is at rest.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="options">The limits.</param>
    /// <param name="readings">What is read.</param>
    /// <param name="failures">What becomes of partitions that cannot be fetched.</param>
    /// <param name="metrics">What it counts with.</param>
    /// <param name="logger">Where it logs.</param>
    public FetchLoop(
        BrokerSession session,
        ConsumerOptions options,
        ReadingSet readings,
        FetchFailures failures,
        ClientMetrics metrics,
        ILogger logger)
    {
        _session = session;
        _options = options;
        _readings = readings;
        _failures = failures;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Starts, where it does not run. Somebody reads from now on.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_isStopping)
                return;
            if (_running.IsCompleted)
                _running = RunAsync();
        }

        _wake.Set();
    }

    /// <summary>Looks again at what there is to fetch.</summary>
    public void Look()
    {
        bool takesBack = _readings.HasMoreToFetch();
        CancellationTokenSource? takeBack = null;
        lock (_gate)
        {
            if (takesBack || _isStopping)
                takeBack = _takeBack;
        }

        takeBack?.Cancel();
        _wake.Set();
    }

    /// <summary>Waits until there is something to read, or to look at.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> if the wait was ended by the token.</returns>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _arrived.WaitAsync(cancellationToken);

    /// <summary>Wakes the reader.</summary>
    public void WakeReader() => _arrived.Set();

    /// <summary>Has the reader throw an error once it has read what was fetched.</summary>
    /// <param name="failure">The error.</param>
    public void Fail(Exception failure)
    {
        lock (_gate)
            _failure = failure;
        _arrived.Set();
    }

    /// <summary>Throws what ended the loop. It starts again with the next reader.</summary>
    public void ThrowIfFailed()
    {
        Exception? failure;
        lock (_gate)
        {
            failure = _failure;
            _failure = null;
        }

        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            _isStopping = true;
            running = _running;
        }

        Look();
        _arrived.Set();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        // Whoever starts it holds the gate, and has something else to do.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        List<PartitionReading> asked = [];
        try
        {
            while (!IsStopping())
            {
                asked.Clear();
                long retryAt = long.MaxValue;
                int maxBytes = 0;
                if (_readings.IsReading)
                    _readings.Choose(_session.Time.GetTimestamp(), asked, out maxBytes, out retryAt);
                if (asked.Count == 0)
                {
                    await RestAsync(retryAt).ConfigureAwait(false);
                    continue;
                }

                await FetchAsync(asked, maxBytes).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Log.Ended(_logger, exception);
            _readings.Answered(asked);
            lock (_gate)
                _failure = exception;
        }

        _arrived.Set();
    }

    private bool IsStopping()
    {
        lock (_gate)
            return _isStopping;
    }

    /// <summary>Waits until there may be something to fetch: somebody said so, or a pause after a failure is
    /// over.</summary>
    private async ValueTask RestAsync(long retryAt)
    {
        Deadline? pause = null;
        if (retryAt != long.MaxValue)
        {
            TimeSpan dueIn = Durations.UntilTimer(_session.Time, retryAt - _session.Time.GetTimestamp());
            pause = Deadline.Start(_session.Time, dueIn, static wake => ((PooledSignal)wake!).Set(), _wake);
        }

        await _wake.WaitAsync().ConfigureAwait(false);
        pause?.TryCancel();
    }

    private async ValueTask FetchAsync(List<PartitionReading> asked, int maxBytes)
    {
        // Never disposed, since it holds no timer: whoever looks may cancel it after the answer has come.
        CancellationTokenSource takeBack = new();
        lock (_gate)
            _takeBack = _isStopping ? null : takeBack;
        FetchRequest request = BuildRequest(asked, maxBytes);
        FetchResponse? response = null;
        string? errorType = null;
        bool wasWaited = false;
        long startedAt = _metrics.MeasuresOperations ? _session.Time.GetTimestamp() : 0;
        try
        {
            // What was wanted while nothing could be taken back is seen now at the latest.
            if (!_readings.HasMoreToFetch() && !IsStopping())
            {
                ValueTask<FetchResponse> answer = _session.Broker.SendAsync(request, _session.Context, takeBack.Token);
                wasWaited = !answer.IsCompleted;
                response = wasWaited
                    ? await WaitAsync(answer.AsTask(), takeBack).ConfigureAwait(false)
                    : await answer.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (takeBack.IsCancellationRequested)
        {
            // The next request asks for the same and more.
        }
        catch (StreamLogException exception) when (exception.IsRetriable)
        {
            errorType = ErrorTypes.Of(exception);
            _failures.Retry(asked, exception);
        }
        finally
        {
            lock (_gate)
                _takeBack = null;
            _readings.Answered(asked);
        }

        if (startedAt != 0 && (response is not null || errorType is not null))
            NoteFetched(request, startedAt, errorType);
        if (response is null)
            return;
        bool hasNews = Take(response, asked);
        if (hasNews)
            _arrived.Set();
        if (await _failures.ResolveAsync().ConfigureAwait(false))
            _arrived.Set();

        // What follows is no work for the broker's thread, which is the one that is here after a wait.
        if (wasWaited)
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
    }

    private void NoteFetched(FetchRequest request, long startedAt, string? errorType)
    {
        string first = request.Topics[0].Topic;
        bool isOneTopic = request.Topics.TrueForAll(topic => topic.Topic == first);
        _metrics.Fetched(
            isOneTopic ? first : null, _options.Group, _session.Time.GetElapsedTime(startedAt), errorType);
    }

    private async ValueTask<FetchResponse> WaitAsync(Task<FetchResponse> answer, CancellationTokenSource takeBack)
    {
        try
        {
            TimeSpan limit = Durations.ForTimer(_options.FetchMaxWait + _options.ApiTimeout);
            return await answer.WaitAsync(limit, _session.Time).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            await takeBack.CancelAsync().ConfigureAwait(false);
            _ = DropAsync(answer);
            throw new StreamLogException(
                ErrorCode.RequestTimedOut, "The broker did not answer a fetch in time.", exception);
        }
    }

    private static async Task DropAsync(Task<FetchResponse> answer)
    {
        try
        {
            (await answer.ConfigureAwait(false)).Dispose();
        }
        catch (Exception exception) when (exception is StreamLogException or OperationCanceledException)
        {
            // It was given up, and there is nothing to give back.
        }
    }

    private FetchRequest BuildRequest(List<PartitionReading> asked, int maxBytes)
    {
        FetchRequest request = new()
        {
            MaxWaitMs = Durations.ToRequest(_options.FetchMaxWait),
            MinBytes = _options.FetchMinBytes,
            MaxBytes = maxBytes,
            IsolationLevel = (sbyte)_options.Isolation,
        };
        FetchRequest.FetchTopic? topic = null;
        foreach (PartitionReading reading in asked)
        {
            // The order says who comes first where room is short, so a topic may come up again.
            if (topic is null || topic.Topic != reading.Partition.Topic)
            {
                topic = new FetchRequest.FetchTopic { Topic = reading.Partition.Topic, TopicId = reading.TopicId };
                request.Topics.Add(topic);
            }

            topic.Partitions.Add(new FetchRequest.FetchPartition
            {
                Partition = reading.Partition.Partition,
                CurrentLeaderEpoch = reading.LeaderEpoch,
                FetchOffset = reading.FetchOffset,
                PartitionMaxBytes = _options.MaxPartitionFetchBytes,
            });
        }

        return request;
    }

    private bool Take(FetchResponse response, List<PartitionReading> asked)
    {
        using FetchResponse owned = response;
        if (response.ErrorCode != ErrorCode.None)
        {
            StreamLogException failure = ClientErrors.Refused(response.ErrorCode, "The fetch");
            if (!failure.IsRetriable)
                throw failure;
            _failures.Retry(asked, failure);
            return false;
        }

        bool hasNews = false;
        foreach (FetchResponse.FetchableTopicResponse topic in response.Responses)
        {
            foreach (FetchResponse.PartitionData answer in topic.Partitions)
            {
                if (Find(asked, topic, answer.PartitionIndex) is { } reading)
                    hasNews |= TakePartition(reading, answer);
            }
        }

        return hasNews;
    }

    private static PartitionReading? Find(
        List<PartitionReading> asked, FetchResponse.FetchableTopicResponse topic, int partition)
    {
        foreach (PartitionReading reading in asked)
        {
            if (reading.Partition.Partition == partition
                && (topic.Topic.Length > 0 ? topic.Topic == reading.Partition.Topic : topic.TopicId == reading.TopicId))
            {
                return reading;
            }
        }

        return null;
    }

    private bool TakePartition(PartitionReading reading, FetchResponse.PartitionData answer)
    {
        if (answer.ErrorCode != ErrorCode.None)
            return _failures.Take(reading, answer);
        if (answer.Records is not { Length: > 0 } records)
        {
            _readings.AddNothing(reading);
            return false;
        }

        try
        {
            if (!FetchedRun.TryFindEnd(records.Span, out long end, out _))
            {
                throw new StreamLogException(
                    ErrorCode.CorruptMessage,
                    $"the broker answered {records.Length} bytes, which are no whole batch. Raise "
                    + "MaxPartitionFetchBytes.");
            }

            answer.Records = null;
            _readings.Add(reading, new FetchedRun(reading.Partition, records, answer.AbortedTransactions), end);
        }
        catch (StreamLogException exception)
        {
            _readings.Fail(reading, new StreamLogException(
                exception.ErrorCode,
                $"Partition {reading.Partition} cannot be read at offset {reading.FetchOffset}: {exception.Message}",
                exception));
        }

        return true;
    }
}
