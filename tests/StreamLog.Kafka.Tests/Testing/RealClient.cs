using Confluent.Kafka;
using StreamLog.Testing;
using UnitTesting;

namespace StreamLog.Kafka.Tests.Testing;

/// <summary>Clients by Confluent.Kafka upon librdkafka, which nobody here wrote, in haste: what goes wrong is tried
/// again soon.</summary>
internal static class RealClient
{
    /// <summary>How long a test waits for what has to come.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Makes settings; the test is skipped where there is no librdkafka.</summary>
    public static Dictionary<string, string> Settings(FakeKafka kafka, params (string Key, string Value)[] more)
    {
        Assert.SkipUnless(Librdkafka.IsThere, "librdkafka is not installed: apt-get install librdkafka1.");
        Dictionary<string, string> settings = new()
        {
            ["bootstrap.servers"] = kafka.BootstrapServers,
            ["client.id"] = "real",
            ["reconnect.backoff.ms"] = "10",
            ["reconnect.backoff.max.ms"] = "50",
            ["retry.backoff.ms"] = "10",
            ["topic.metadata.refresh.fast.interval.ms"] = "20",
        };
        foreach ((string key, string value) in more)
            settings[key] = value;
        return settings;
    }

    /// <summary>Makes a producer without duplicates.</summary>
    public static RealProducer Producer(
        FakeKafka kafka, params (string Key, string Value)[] more) =>
        new ProducerBuilder<string, string>(
            Settings(kafka, [("enable.idempotence", "true"), ("linger.ms", "0"), .. more]))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();

    /// <summary>Makes a consumer that begins with the first record and commits nothing by itself.</summary>
    public static RealConsumer Consumer(
        FakeKafka kafka,
        string group,
        Action<ConsumerBuilder<string, string>>? configure,
        params (string Key, string Value)[] more)
    {
        ConsumerBuilder<string, string> builder = new ConsumerBuilder<string, string>(Settings(
            kafka,
            [
                ("group.id", group), ("auto.offset.reset", "earliest"), ("enable.auto.commit", "false"),
                ("heartbeat.interval.ms", "50"), ("fetch.wait.max.ms", "50"), .. more,
            ]))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { });
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Makes a consumer of a topic.</summary>
    public static RealConsumer Subscribed(
        FakeKafka kafka, string topic, params (string Key, string Value)[] more)
    {
        RealConsumer consumer = Consumer(kafka, $"reads-{topic}", configure: null, more);
        consumer.Subscribe(topic);
        return consumer;
    }

    /// <summary>Produces one record, and waits until it is acknowledged.</summary>
    public static Task<DeliveryResult<string, string>> SendAsync(
        this RealProducer producer, string topic, string value) =>
        producer.ProduceAsync(topic, new Message<string, string> { Key = "k", Value = value }).WaitAsync(Patience);

    /// <summary>Reads so many values.</summary>
    public static Task<List<string>> ReadAsync(this RealConsumer consumer, int count) =>
        Task.Run(() =>
        {
            using CancellationTokenSource patience = new(Patience);
            List<string> values = [];
            while (values.Count < count)
            {
                try
                {
                    values.Add(consumer.Consume(patience.Token).Message.Value);
                }
                catch (ConsumeException exception) when (!exception.Error.IsFatal)
                {
                    // It is told, and goes on by itself.
                }
            }

            return values;
        });

    /// <summary>Polls until something has happened: who does not poll hears of nothing.</summary>
    public static Task PollUntilAsync(this RealConsumer consumer, Func<bool> hasHappened) =>
        Task.Run(() =>
        {
            using CancellationTokenSource patience = new(Patience);
            while (!hasHappened())
            {
                patience.Token.ThrowIfCancellationRequested();
                consumer.Consume(TimeSpan.FromMilliseconds(10));
            }
        });
}
