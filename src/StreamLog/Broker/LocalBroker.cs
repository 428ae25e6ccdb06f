using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using StreamLog.Authentication;
using StreamLog.Authorization;
using StreamLog.Broker.Faces;
using StreamLog.Broker.Handlers;
using StreamLog.Diagnostics;
using StreamLog.Extensibility;
using StreamLog.Groups;
using StreamLog.Groups.Consumer;
using StreamLog.Groups.Share;
using StreamLog.Metadata;
using StreamLog.Protocol;
using StreamLog.Protocol.Refusals;
using StreamLog.Quorum;
using StreamLog.Replication;
using StreamLog.Storage;
using StreamLog.Transactions;

namespace StreamLog.Broker;

/// <summary>The engine behind its only door: answers Kafka's requests out of one data directory.</summary>
/// <remarks>
/// Owned by the node, which opens the directory before and disposes it after. Thread-safe. A request runs on its
/// caller's thread until it has to wait; what follows a wait runs on the thread pool.
/// </remarks>
internal sealed partial class LocalBroker : IBroker, IAsyncDisposable
{
    private readonly RequestGate _requests = new();
    private readonly ApiHandler?[] _handlers;
    private readonly BrokerParts _parts;
    private readonly StateGauges _gauges;
    private readonly SingleVoterQuorum _quorum;
    private readonly ILogger _logger;

    private LocalBroker(BrokerParts parts, SingleVoterQuorum quorum, ILogger logger)
    {
        _parts = parts;
        _gauges = new StateGauges(parts);
        _quorum = quorum;
        _logger = logger;
        ApiHandler[] handlers = CreateHandlers(parts);
        _handlers = new ApiHandler?[handlers.Max(handler => (int)handler.Versions.ApiKey) + 1];
        foreach (ApiHandler handler in handlers)
            _handlers[(int)handler.Versions.ApiKey] = handler;

        SupportedApis = [.. _handlers.OfType<ApiHandler>()
            .Where(handler => !handler.IsForLocalCallers).Select(handler => handler.Versions)];
        handlers.OfType<ApiVersionsHandler>().Single().Announce(SupportedApis);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApiVersionRange> SupportedApis { get; }

    /// <summary>Gets the newest committed image of the metadata.</summary>
    public ClusterImage Image => _parts.Metadata.Image;

    /// <summary>Gets who decides what callers from outside may do. It is for who stands before the engine to ask; the
    /// engine asks only which topics a pattern may stand for.</summary>
    public Authorizer Authorizer => _parts.Authorizer;

    /// <summary>Starts the engine: reads the metadata log, recovers all partitions, and takes the lead of
    /// them.</summary>
    /// <param name="environment">The node's clock, files, ids and randomness.</param>
    /// <param name="directory">The open data directory. It stays its owner's.</param>
    /// <param name="options">The node's options.</param>
    /// <param name="loggers">Where to log.</param>
    /// <param name="metrics">What to count with; <see langword="null"/> is nothing.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The broker, ready for requests.</returns>
    /// <exception cref="StreamLogException">The metadata log cannot be read or written.</exception>
    public static async ValueTask<LocalBroker> StartAsync(
        INodeEnvironment environment,
        LogDirectory directory,
        StreamLogOptions options,
        ILoggerFactory loggers,
        StreamLogMetrics? metrics = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        cancellationToken.ThrowIfCancellationRequested();
        ILogger logger = loggers.CreateLogger("StreamLog.Broker");
        SingleVoterQuorum quorum = new(environment, directory, loggers.CreateLogger("StreamLog.Quorum"));
        NodeConfigs nodeConfigs = new(options);
        Controller controller = new(nodeConfigs, options.DefaultPartitions, environment.NewId);
        PartitionTable partitions = new(directory, nodeConfigs, logger);
        ClusterMetadata metadata = new(
            quorum,
            partitions.Apply,
            options.Maintenance.MetadataSnapshotBytes,
            loggers.CreateLogger("StreamLog.Metadata"));
        GroupSettings settings =
            GroupSettings.Of(options.Groups, ConsumerGroupSettings.LocalHostOf(environment.NewId()));
        Func<TopicPartition, ReplicatedPartition?> find =
            partition => partitions.Current.Find(partition.Topic)?.Find(partition.Partition);
        GroupCoordinator groups = CreateGroups(
            environment, settings, metadata, controller, find, loggers);
        TransactionMarkWriter marks = new(environment, metadata, partitions, groups);
        ProducerIdBlock producerIds = new(metadata, directory.NodeId);
        BrokerParts parts = new()
        {
            Environment = environment,
            Directory = directory,
            Options = options,
            NodeConfigs = nodeConfigs,
            Metrics = metrics ?? StreamLogMetrics.Unobserved,
            Metadata = metadata,
            Controller = controller,
            Partitions = partitions,
            WaitingRoom = new WaitingRoom(environment.Time),
            Groups = groups,
            ShareGroups = new ShareGroups(groups, metadata),
            Shares = ShareCoordinator.Create(
                metadata, controller, find, environment.Time, loggers.CreateLogger("StreamLog.Groups")),
            Transactions = CreateTransactions(
                environment, metadata, controller, find, marks, producerIds, loggers),
            TransactionMarks = marks,
            ProducerIds = producerIds,
            Sasl = CreateSasl(options.Security, metadata, environment.Time, loggers),
            Authorizer = new Authorizer(
                options.Security, () => metadata.Image, loggers.CreateLogger("StreamLog.Security")),
        };
        quorum.Failed += partitions.FailAll;
        LocalBroker broker = new(parts, quorum, logger);
        try
        {
            await broker.StartAsync(cancellationToken).ConfigureAwait(false);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<TResponse> SendAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return _parts.Metrics.Requests.MeasuresRequests
            ? MeasureAsync(request, context, cancellationToken)
            : HandleAsync(request, context, cancellationToken);
    }

    /// <summary>Waits until no transaction is ending. For tests, which have no other way to know.</summary>
    /// <returns>A task that completes then.</returns>
    internal Task WaitTransactionsIdleAsync() => _parts.Transactions.WaitIdleAsync();

    /// <summary>Gets the door of one node of those that share the engine.</summary>
    /// <param name="nodeId">The node.</param>
    /// <returns>Who answers as that node does.</returns>
    public IBroker FaceOf(int nodeId) => new FaceBroker(this, _parts, nodeId);

    /// <summary>Creates the share sessions of one door of the engine.</summary>
    /// <param name="nodeId">The node, where it is one of several that share the engine.</param>
    /// <returns>The sessions: none yet.</returns>
    public ShareSessions NewShareSessions(int? nodeId = null) => new(_parts, nodeId);

    /// <summary>Takes a picture of all topics.</summary>
    /// <returns>The topics, by name.</returns>
    public IReadOnlyList<Topic> DescribeTopics() => TopicDescriptions.Describe(_parts.Partitions.Current);

    /// <summary>Cuts what is damaged out of a partition, and has the node lead it again. Blocks meanwhile.</summary>
    /// <param name="partition">The partition.</param>
    /// <returns>What came of it.</returns>
    /// <exception cref="StreamLogException">There is no such partition here, or the disk failed.</exception>
    public RepairReport RepairPartition(TopicPartition partition) => _parts.Partitions.Repair(partition);

    /// <summary>Stops in order: refuses new requests, answers those that wait, and closes.</summary>
    /// <returns>A task that completes when nothing is under way any more.</returns>
    public ValueTask DisposeAsync() => StopAsync(_parts.Options.ShutdownTimeout);

    /// <summary>Stops in order, as <see cref="DisposeAsync"/> does.</summary>
    /// <param name="timeout">How long what is under way may take. What waits then is told that the outcome is
    /// unknown.</param>
    /// <returns>A task that completes when nothing is under way any more.</returns>
    public async ValueTask StopAsync(TimeSpan timeout)
    {
        if (_requests.IsClosed)
            return;

        _gauges.Stop();
        _requests.Close();
        _parts.WaitingRoom.Close();
        _parts.Groups.Close();
        _parts.Shares.Close();
        Task empty = Task.WhenAll(_parts.Transactions.CloseAsync(), _requests.WaitEmptyAsync());
        if (!await WaitAsync(empty, timeout).ConfigureAwait(false))
        {
            // What they wait for may still come true on the disk; they are told that the outcome is unknown.
            Log.RequestsLeft(_logger, _parts.WaitingRoom.Count);
            _parts.WaitingRoom.ExpireAll();
            _parts.Groups.ExpireAll();
            _parts.Shares.ExpireAll();
        }

        // A change that waits for a disk that never answers ends with the quorum, which lets nobody wait any longer.
        Task changes = _parts.Metadata.DisposeAsync().AsTask();
        await WaitAsync(changes, timeout).ConfigureAwait(false);
        await _quorum.DisposeAsync().ConfigureAwait(false);
        await changes.ConfigureAwait(false);
    }

    private async ValueTask<bool> WaitAsync(Task task, TimeSpan timeout)
    {
        try
        {
            await task.WaitAsync(timeout, _parts.Environment.Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Takes a picture of what is wrong.</summary>
    /// <returns>The picture.</returns>
    public NodeHealth DescribeHealth() => HealthDescription.Describe(_parts);

    private static GroupCoordinator CreateGroups(
        INodeEnvironment environment,
        GroupSettings settings,
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        ILoggerFactory loggers) => new(
            metadata,
            new OffsetsTopic(
                metadata,
                controller,
                find,
                record => GroupCoordinator.CreateGroup(record, settings),
                environment.Time,
                loggers.CreateLogger("StreamLog.Groups")),
            settings);

    private static TransactionCoordinator CreateTransactions(
        INodeEnvironment environment,
        ClusterMetadata metadata,
        Controller controller,
        Func<TopicPartition, ReplicatedPartition?> find,
        TransactionMarkWriter writer,
        ProducerIdBlock producerIds,
        ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("StreamLog.Transactions");
        TransactionSettings settings = new();
        TransactionRules rules = new(settings);
        TransactionMarks marks = new(writer.WriteAsync, settings, environment.Time, logger);
        TransactionsTopic topic = new(
            metadata,
            controller,
            find,
            rules,
            marks,
            environment.Time,
            logger);
        return new TransactionCoordinator(
            topic, rules, marks, producerIds.TakeAsync, settings, environment.Time);
    }

    private static SaslServer CreateSasl(
        SecurityOptions options, ClusterMetadata metadata, TimeProvider time, ILoggerFactory loggers)
    {
        SaslUsers users = new(options, (user, mechanism) =>
            metadata.Image.ScramCredentials.GetValueOrDefault(new ScramUser(user, mechanism.Number)));
        return new SaslServer(users, time, loggers.CreateLogger("StreamLog.Security"));
    }

    private static ApiHandler[] CreateHandlers(BrokerParts parts) =>
    [
        new ProduceHandler(parts),
        new FetchHandler(parts),
        new ListOffsetsHandler(parts),
        new MetadataHandler(parts),
        new OffsetCommitHandler(parts),
        new OffsetFetchHandler(parts),
        new FindCoordinatorHandler(parts),
        new JoinGroupHandler(parts),
        new HeartbeatHandler(parts),
        new LeaveGroupHandler(parts),
        new SyncGroupHandler(parts),
        new DescribeGroupsHandler(parts),
        new ConsumerGroupHeartbeatHandler(parts),
        new ConsumerGroupDescribeHandler(parts),
        new ListGroupsHandler(parts),
        new SaslHandshakeHandler(parts),
        new ApiVersionsHandler(parts),
        new CreateTopicsHandler(parts),
        new DeleteTopicsHandler(parts),
        new DeleteRecordsHandler(parts),
        new InitProducerIdHandler(parts),
        new AddPartitionsToTxnHandler(parts),
        new AddOffsetsToTxnHandler(parts),
        new EndTxnHandler(parts),
        new WriteTxnMarkersHandler(parts),
        new TxnOffsetCommitHandler(parts),
        new DescribeProducersHandler(parts),
        new DescribeTransactionsHandler(parts),
        new ListTransactionsHandler(parts),
        new OffsetForLeaderEpochHandler(parts),
        new DescribeAclsHandler(parts),
        new CreateAclsHandler(parts),
        new DeleteAclsHandler(parts),
        new DescribeConfigsHandler(parts),
        new DescribeLogDirsHandler(parts),
        new AlterConfigsHandler(parts),
        new AlterReplicaLogDirsHandler(parts),
        new ElectLeadersHandler(parts),
        new AlterPartitionReassignmentsHandler(parts),
        new ListPartitionReassignmentsHandler(),
        new DescribeQuorumHandler(parts),
        new UpdateFeaturesHandler(parts),
        new DescribeClusterHandler(parts),
        new BrokerRegistrationHandler(parts),
        new BrokerHeartbeatHandler(parts),
        new UnregisterBrokerHandler(parts),
        new ListConfigResourcesHandler(parts),
        new DescribeTopicPartitionsHandler(parts),
        new SaslAuthenticateHandler(parts),
        new CreatePartitionsHandler(parts),
        new DeleteGroupsHandler(parts),
        new IncrementalAlterConfigsHandler(parts),
        new OffsetDeleteHandler(parts),
        new DescribeClientQuotasHandler(parts),
        new AlterClientQuotasHandler(parts),
        new DescribeUserScramCredentialsHandler(parts),
        new AlterUserScramCredentialsHandler(parts),
        new ShareGroupHeartbeatHandler(parts),
        new ShareGroupDescribeHandler(parts),
        new ShareFetchHandler(parts),
        new ShareAcknowledgeHandler(parts),
        new DescribeShareGroupOffsetsHandler(parts),
        new AlterShareGroupOffsetsHandler(parts),
        new DeleteShareGroupOffsetsHandler(parts),
    ];

    private async ValueTask<TResponse> MeasureAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        // The request is the caller's again once it is answered.
        string api = request.ApiKey.ToString();
        long startedAt = _parts.Environment.Time.GetTimestamp();
        Exception? failure = null;
        try
        {
            return await HandleAsync(request, context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            _parts.Metrics.Requests.Answered(api, _parts.Environment.Time.GetElapsedTime(startedAt), failure);
        }
    }

    private ValueTask<TResponse> HandleAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<TResponse>(cancellationToken);
        if (!_requests.TryEnter())
            return ValueTask.FromException<TResponse>(Stopped());

        ValueTask<TResponse> answer;
        try
        {
            answer = AnswerAsync(request, context, cancellationToken);
        }
        catch (Exception exception)
        {
            _requests.Leave();
            return ValueTask.FromException<TResponse>(exception);
        }

        if (!answer.IsCompleted)
            return FinishAsync(answer);

        _requests.Leave();
        return answer;
    }

    private static StreamLogException Stopped() => new(
        ErrorCode.BrokerNotAvailable, "This node has stopped, so it takes no requests. Start a new one.");

    private async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _parts.Directory.BrokerEpoch =
            await _parts.Metadata.StartAsync(RegisterNode, cancellationToken).ConfigureAwait(false);
        await DeclaredTopics
            .ApplyAsync(_parts.Options, _parts.Metadata, _parts.Controller, cancellationToken)
            .ConfigureAwait(false);
        _parts.Groups.Load();
        _parts.Transactions.Load();
        _parts.Directory.Maintenance.Add(
            new MetadataSnapshotTask(_parts.Metadata, _parts.Options.Maintenance.MetadataSnapshotInterval));
        _parts.Directory.Maintenance.Add(new OffsetExpiryTask(_parts.Groups, _parts.Options.OffsetsRetention));
        _parts.Directory.Maintenance.Add(new ShareStateExpiryTask(_parts));
        Log.Started(_logger, _parts.NodeId, _parts.Directory.Path, _parts.Metadata.Image.Topics.Count);
    }

    private Decision<long> RegisterNode(ClusterImage image)
    {
        _parts.Partitions.RemoveLeftovers(image);
        return Controller.RegisterNode(
            image,
            _parts.NodeId,
            _parts.Environment.NewId(),
            _parts.Directory.DirectoryId,
            _parts.Directory.StoppedBrokerEpoch);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResponse> FinishAsync<TResponse>(ValueTask<TResponse> answer)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            _requests.Leave();
        }
    }

    private ValueTask<TResponse> AnswerAsync<TResponse>(
        IRequest<TResponse> request, RequestContext context, CancellationToken cancellationToken)
        where TResponse : class
    {
        if (FeatureLevels.IsOff(_parts.Metadata.Image, request.ApiKey))
            return new ValueTask<TResponse>(Refusal.CreateResponse(request, ErrorCode.UnsupportedVersion));

        ApiHandler<TResponse> handler = HandlerOf(request, context);
        return !context.IsLocal && CoordinatorAnswers.Concerns(request.ApiKey)
            ? CoordinatorAnswers.TranslateAsync(handler.SendAsync(request, context, cancellationToken))
            : handler.SendAsync(request, context, cancellationToken);
    }

    private ApiHandler<TResponse> HandlerOf<TResponse>(IRequest<TResponse> request, RequestContext context)
        where TResponse : class
    {
        int key = (int)request.ApiKey;
        return (uint)key < (uint)_handlers.Length && _handlers[key] is ApiHandler<TResponse> handler
            && (context.IsLocal || !handler.IsForLocalCallers)
            ? handler
            : throw new StreamLogException(
                ErrorCode.UnsupportedVersion,
                $"This node does not speak {request.ApiKey}. SupportedApis lists what it speaks.");
    }
}
