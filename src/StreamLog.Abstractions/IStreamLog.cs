namespace StreamLog;

/// <summary>A StreamLog node, as applications see it; or a cluster of brokers that are not its own, in the node's
/// place.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IStreamLog : IAsyncDisposable
{
    /// <summary>Gets what manages topics, configurations and offsets.</summary>
    IAdmin Admin { get; }

    /// <summary>Gets what looks after this node's logs on command, besides what is done in the background.</summary>
    /// <exception cref="NotSupportedException">It is a cluster, which looks after its own logs.</exception>
    ILogMaintenance Maintenance { get; }

    /// <summary>Gets the topics that are there now, the internal ones too, with their partitions and
    /// segments.</summary>
    /// <remarks>Each call takes a new picture.</remarks>
    /// <exception cref="NotSupportedException">It is a cluster, which has to be asked:
    /// <see cref="IAdmin.ListTopicsAsync"/>, <see cref="IAdmin.DescribeTopicAsync"/>.</exception>
    IReadOnlyList<Topic> Topics { get; }

    /// <summary>Gets what is wrong with the node now, and how near it is to its limits.</summary>
    /// <remarks>Each call takes a new picture. Of a cluster it is how the handlers here fare.</remarks>
    NodeHealth Health { get; }

    /// <summary>Gets where the node can be reached now: one endpoint for each listener that is open.</summary>
    IReadOnlyList<ListenerEndpoint> Listeners { get; }

    /// <summary>Returns a handle on a topic. It is cheap, and it asks nothing of the topic yet.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="name">The topic's name.</param>
    /// <param name="keySerde">Codes keys; <see langword="null"/> is the registered one, or the one of
    /// <see cref="Serdes"/>.</param>
    /// <param name="valueSerde">Codes values; the same.</param>
    /// <returns>The handle.</returns>
    /// <exception cref="StreamLogException">The name is not legal, or nothing codes one of the types.</exception>
    ITopic<TKey, TValue> Topic<TKey, TValue>(
        string name, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null);

    /// <summary>Creates a producer.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="configure">Sets options of this producer, on top of the node's.</param>
    /// <param name="keySerializer">Codes keys; <see langword="null"/> is the one of <see cref="Serdes"/>.</param>
    /// <param name="valueSerializer">Codes values; the same.</param>
    /// <returns>A producer, which the caller disposes.</returns>
    IProducer<TKey, TValue> CreateProducer<TKey, TValue>(
        Action<ProducerOptions>? configure = null,
        ISerializer<TKey>? keySerializer = null,
        ISerializer<TValue>? valueSerializer = null);

    /// <summary>Creates a producer of transactions.</summary>
    /// <param name="transactionalId">The name that the producer keeps over restarts (Kafka's
    /// <c>transactional.id</c>). One producer uses it at a time: the last one that began.</param>
    /// <param name="configure">Sets options of this producer, on top of the node's.</param>
    /// <returns>A producer, which the caller disposes. It asks nothing of the broker before its first
    /// transaction.</returns>
    /// <exception cref="StreamLogException"><see cref="ProducerOptions.Idempotence"/> is switched off, or
    /// <see cref="ProducerOptions.Acks"/> is not <see cref="Acks.All"/>
    /// (<see cref="ErrorCode.InvalidConfig"/>).</exception>
    ITransactionalProducer CreateTransactionalProducer(
        string transactionalId, Action<ProducerOptions>? configure = null);

    /// <summary>Creates a consumer of partitions that the application chooses.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="configure">Sets options of this consumer, on top of the node's.</param>
    /// <param name="keyDeserializer">Decodes keys; <see langword="null"/> is the one of <see cref="Serdes"/>.</param>
    /// <param name="valueDeserializer">Decodes values; the same.</param>
    /// <returns>A consumer, which the caller disposes.</returns>
    IConsumer<TKey, TValue> CreateConsumer<TKey, TValue>(
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null);

    /// <summary>Joins a group that shares topics among its members. For one topic,
    /// <see cref="ITopic{TKey, TValue}.Consume"/> does the same with the topic's own serializers.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TValue">The type of the values.</typeparam>
    /// <param name="group">The group's name.</param>
    /// <param name="subscription">The topics.</param>
    /// <param name="configure">Sets options of this consumer, on top of the node's.</param>
    /// <param name="keyDeserializer">Decodes keys; <see langword="null"/> is the one of <see cref="Serdes"/>.</param>
    /// <param name="valueDeserializer">Decodes values; the same.</param>
    /// <returns>A consumer, which the caller disposes.</returns>
    IGroupConsumer<TKey, TValue> Subscribe<TKey, TValue>(
        string group,
        Subscription subscription,
        Action<ConsumerOptions>? configure = null,
        IDeserializer<TKey>? keyDeserializer = null,
        IDeserializer<TValue>? valueDeserializer = null);
}
