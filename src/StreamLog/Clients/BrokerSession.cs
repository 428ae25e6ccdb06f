using StreamLog.Extensibility;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>One client's way to the broker: requests with time limits, retries of what may be retried, and the metadata
/// of topics.</summary>
/// <remarks>Thread-safe. It belongs to one client and holds nothing that must be given back.</remarks>
internal sealed class BrokerSession
{
    // How long a topic that one of several brokers does not know may just be on its way to it.
    private static readonly TimeSpan News = TimeSpan.FromSeconds(5);

    private readonly Backoff _backoff;
    private volatile bool _hasSeveralBrokers;

    /// <summary>Creates the session.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="environment">Time and chance.</param>
    /// <param name="clientId">The client's name for itself.</param>
    /// <param name="retryBackoff">The pause before the first retry of a call.</param>
    public BrokerSession(IBroker broker, INodeEnvironment environment, string clientId, TimeSpan retryBackoff)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(environment);
        Broker = broker;
        Environment = environment;
        Context = RequestContext.ForLocalClient(clientId);
        _backoff = new Backoff(environment, retryBackoff, TimeSpan.FromTicks(retryBackoff.Ticks * 10));
    }

    /// <summary>Gets the broker.</summary>
    public IBroker Broker { get; }

    /// <summary>Gets who asks. Order is kept among requests of one context.</summary>
    public RequestContext Context { get; }

    /// <summary>Gets time and chance.</summary>
    public INodeEnvironment Environment { get; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time => Environment.Time;

    /// <summary>Gets whether the cluster has several brokers, as it last told: then another one can take over what one
    /// cannot do, and one may not know yet what others do.</summary>
    public bool HasSeveralBrokers => _hasSeveralBrokers;

    /// <summary>Tells whether an error may pass by itself, where the same code would be final for a broker that is
    /// alone.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="since">When the call was made first, on the clock's timestamps.</param>
    /// <returns>Whether it may.</returns>
    public bool IsPassing(StreamLogException exception, long since) => exception.ErrorCode switch
    {
        // A broker that is alone knows all topics, and nobody takes its disk's place.
        ErrorCode.UnknownTopicOrPartition => _hasSeveralBrokers && Time.GetElapsedTime(since) < News,
        ErrorCode.KafkaStorageError => _hasSeveralBrokers,
        ErrorCode.CorruptMessage => false,
        _ => IsOfEarlierEpoch(exception) || exception.IsRetriable,
    };

    /// <summary>Tells whether a group went on while its member committed. The next attempt is made with what the member
    /// knows by then.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns><see langword="true"/> if so.</returns>
    public static bool IsOfEarlierEpoch(StreamLogException exception) => exception.ErrorCode is
        ErrorCode.StaleMemberEpoch or ErrorCode.IllegalGeneration or ErrorCode.RebalanceInProgress;

    /// <summary>Sends a request once.</summary>
    /// <typeparam name="TResponse">The type of the response, which must hold nothing that is to be
    /// disposed.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait. What comes later is dropped.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The response.</returns>
    /// <exception cref="StreamLogException">There is no response, or none in time.</exception>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, TimeSpan timeout, CancellationToken cancellationToken)
        where TResponse : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        ValueTask<TResponse> response = Broker.SendAsync(request, Context, cancellationToken);
        return response.IsCompleted
            ? response
            : WaitAsync(response.AsTask(), request.ApiKey, timeout, cancellationToken);
    }

    /// <summary>Asks for the features that the broker's cluster has turned on.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The features, with their levels.</returns>
    /// <exception cref="StreamLogException">It does not answer.</exception>
    public async ValueTask<List<ApiVersionsResponse.FinalizedFeatureKey>> AskFeaturesAsync(
        TimeSpan timeout, CancellationToken cancellationToken)
    {
        ApiVersionsRequest request = new()
        {
            ClientSoftwareName = "streamlog",
            ClientSoftwareVersion = StreamLogTelemetry.Version,
        };
        ApiVersionsResponse response = await SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        return response.ErrorCode == ErrorCode.None
            ? response.FinalizedFeatures
            : throw ClientErrors.Refused(response.ErrorCode, "The question for the broker's features");
    }

    /// <summary>Makes a call until it succeeds, fails for good, or its time is over.</summary>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    /// <param name="attempt">The call. What it throws as retriable is retried.</param>
    /// <param name="timeout">How long all attempts together may take.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>What the first successful attempt returned.</returns>
    /// <exception cref="StreamLogException">What the last attempt threw.</exception>
    public async ValueTask<TResult> RetryAsync<TResult>(
        Func<TimeSpan, CancellationToken, ValueTask<TResult>> attempt,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        long started = Time.GetTimestamp();
        for (int failed = 1; ; failed++)
        {
            TimeSpan pause;
            try
            {
                return await attempt(timeout - Time.GetElapsedTime(started), cancellationToken).ConfigureAwait(false);
            }
            catch (StreamLogException exception) when (IsPassing(exception, started))
            {
                pause = _backoff.Before(failed);
                if (Time.GetElapsedTime(started) + pause >= timeout)
                    throw;
            }

            await Task.Delay(pause, Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a call that returns nothing until it succeeds, fails for good, or its time is over.</summary>
    /// <param name="attempt">The call. What it throws as retriable is retried.</param>
    /// <param name="timeout">How long all attempts together may take.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when an attempt has succeeded.</returns>
    /// <exception cref="StreamLogException">What the last attempt threw.</exception>
    public async ValueTask RetryAsync(
        Func<TimeSpan, CancellationToken, ValueTask> attempt, TimeSpan timeout, CancellationToken cancellationToken) =>
        await RetryAsync(
            async (left, token) =>
            {
                await attempt(left, token).ConfigureAwait(false);
                return true;
            },
            timeout,
            cancellationToken).ConfigureAwait(false);

    /// <summary>Asks for a topic once.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="mayCreate">Whether the broker may create it, where it is set up to.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The broker's answer for the topic, which is without an error.</returns>
    /// <exception cref="StreamLogException">The topic is not there, or not yet.</exception>
    public async ValueTask<MetadataResponse.MetadataResponseTopic> AskTopicAsync(
        string topic, bool mayCreate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        MetadataRequest request = new()
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = topic }],
            AllowAutoTopicCreation = mayCreate,
        };
        MetadataResponse response = await SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        if (response.ErrorCode != ErrorCode.None)
            throw ClientErrors.Refused(response.ErrorCode, $"The metadata of topic '{topic}'");

        _hasSeveralBrokers = response.Brokers.Count > 1;
        foreach (MetadataResponse.MetadataResponseTopic answer in response.Topics)
        {
            if (answer.Name != topic)
                continue;
            if (answer.ErrorCode != ErrorCode.None)
                throw ClientErrors.ForTopic(answer.ErrorCode, topic);
            if (answer.Partitions.Count == 0)
                throw ClientErrors.ForTopic(ErrorCode.LeaderNotAvailable, topic);
            answer.Partitions.Sort(static (one, other) => one.PartitionIndex.CompareTo(other.PartitionIndex));
            return answer;
        }

        throw ClientErrors.ForTopic(ErrorCode.UnknownTopicOrPartition, topic);
    }

    /// <summary>Asks for what a client must know of a topic, once.</summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="mayCreate">Whether the broker may create it, where it is set up to.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>What is known of the topic.</returns>
    /// <exception cref="StreamLogException">The topic is not there, or not yet.</exception>
    public async ValueTask<TopicMetadata> FindTopicAsync(
        string topic, bool mayCreate, TimeSpan timeout, CancellationToken cancellationToken)
    {
        MetadataResponse.MetadataResponseTopic answer =
            await AskTopicAsync(topic, mayCreate, timeout, cancellationToken).ConfigureAwait(false);
        int[] epochs = new int[answer.Partitions.Count];
        for (int i = 0; i < epochs.Length; i++)
            epochs[i] = answer.Partitions[i].LeaderEpoch;
        return new TopicMetadata(topic, answer.TopicId, epochs);
    }

    private async ValueTask<TResponse> WaitAsync<TResponse>(
        Task<TResponse> response, ApiKey api, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            // Not below zero, which would mean for ever or be refused.
            TimeSpan limit = timeout < TimeSpan.Zero ? TimeSpan.Zero : Durations.ForTimer(timeout);
            return await response.WaitAsync(limit, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            throw new StreamLogException(
                ErrorCode.RequestTimedOut,
                $"The broker did not answer {api} within {timeout}, so its outcome is unknown. Try again, or allow "
                + "more time.",
                exception);
        }
    }
}
