using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka.Admin;
using UnitTesting;
using Client = Confluent.Kafka;

namespace StreamLog.Kafka.Tests.Clients;

/// <summary>Confluent.Kafka does what its users do, against the listener.</summary>
public sealed class ConfluentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public ConfluentTests() =>
        Assert.SkipUnless(Librdkafka.IsThere, "apt-get install librdkafka1 was not done, which Confluent.Kafka needs.");

    [Theory]
    [InlineData(Client.CompressionType.None)]
    [InlineData(Client.CompressionType.Gzip)]
    [InlineData(Client.CompressionType.Snappy)]
    [InlineData(Client.CompressionType.Lz4)]
    [InlineData(Client.CompressionType.Zstd)]
    public async Task It_produces_with_each_codec_and_acks(Client.CompressionType codec)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await CreateAsync(node, "codecs", 3);
        List<string> expected = [];
        foreach (Client.Acks acks in (Client.Acks[])[Client.Acks.None, Client.Acks.Leader, Client.Acks.All])
        {
            string[] values = [.. Enumerable.Range(0, 20).Select(i => $"{acks} {i} {new string('x', 200)}")];
            Produce(node, "codecs", values, config =>
                (config.CompressionType, config.Acks, config.LingerMs) = (codec, acks, 5));
            expected.AddRange(values);
        }

        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Read(node, "codecs", 3, expected.Count).Order(StringComparer.Ordinal));
        Assert.All(
            await LoggedBatch.ReadAsync(node.Broker, "codecs"),
            batch => Assert.Equal(codec.ToString(), batch.Codec.ToString()));
    }

    [Fact]
    public async Task It_is_idempotent()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await CreateAsync(node, "idempotent");
        string[] values = Numbers(0, 2_000);

        Produce(node, "idempotent", values, config =>
            (config.EnableIdempotence, config.LingerMs, config.BatchNumMessages) = (true, 1, 10));

        Assert.Equal(values, Read(node, "idempotent", 1, values.Length));
        Assert.All(await LoggedBatch.ReadAsync(node.Broker, "idempotent"), batch => Assert.True(batch.HasProducerId));
    }

    [Fact]
    public async Task It_commits_and_aborts_transactions_and_is_fenced()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await CreateAsync(node, "transactions");
        Client.ProducerConfig config = new() { BootstrapServers = node.Endpoint.Address, TransactionalId = "one" };
        using Client.IProducer<string, string> producer = new Client.ProducerBuilder<string, string>(config).Build();
        producer.InitTransactions(Patience);
        foreach (char name in "abc")
        {
            producer.BeginTransaction();
            for (int i = 0; i < 10; i++)
                producer.Produce("transactions", new() { Value = $"{name}{i}" });

            // What is not sent yet when a transaction is aborted never is.
            producer.Flush(Patience);
            if (name == 'b')
                producer.AbortTransaction(Patience);
            else
                producer.CommitTransaction(Patience);
        }

        Assert.Equal(
            from name in "ac" from i in Enumerable.Range(0, 10) select $"{name}{i}",
            Read(node, "transactions", 1, 20));

        // What a group has read, and what follows from it, as one.
        using Client.IConsumer<string, string> consumer = Consumer(node, "copies");
        consumer.Subscribe("transactions");
        Poll([consumer], 5);
        producer.BeginTransaction();
        producer.SendOffsetsToTransaction(
            [.. consumer.Assignment.Select(partition =>
                new Client.TopicPartitionOffset(partition, consumer.Position(partition)))],
            consumer.ConsumerGroupMetadata,
            Patience);
        producer.CommitTransaction(Patience);
        Assert.True(consumer.Committed(Patience).Single().Offset > 0);
        consumer.Close();

        using Client.IProducer<string, string> second = new Client.ProducerBuilder<string, string>(config).Build();
        second.InitTransactions(Patience);
        Client.KafkaException fenced = Assert.ThrowsAny<Client.KafkaException>(() =>
        {
            producer.BeginTransaction();
            producer.Produce("transactions", new() { Value = "late" });
            producer.CommitTransaction(Patience);
        });
        Assert.True(fenced.Error.IsFatal || fenced.Error.Code == Client.ErrorCode.Local_Fenced, fenced.Message);
    }

    [Theory]
    [InlineData(Client.PartitionAssignmentStrategy.Range)]
    [InlineData(Client.PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(Client.PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Its_groups_share_partitions(Client.PartitionAssignmentStrategy strategy)
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await CreateAsync(node, "groups", 6);
        Produce(node, "groups", Numbers(0, 300));

        // librdkafka leaves a group without a word where it rebalances by cooperation, so its session has to run out.
        void Configure(Client.ConsumerConfig config) =>
            (config.PartitionAssignmentStrategy, config.SessionTimeoutMs, config.HeartbeatIntervalMs) =
                (strategy, 6_000, 500);
        using Client.IConsumer<string, string> first = Consumer(node, "sharing", Configure);
        using Client.IConsumer<string, string> second = Consumer(node, "sharing", Configure);
        first.Subscribe("groups");
        PollUntil([first], () => first.Assignment.Count == 6);
        second.Subscribe("groups");
        PollUntil([first, second], () => (first.Assignment.Count, second.Assignment.Count) == (3, 3));
        foreach (Client.IConsumer<string, string> consumer in (Client.IConsumer<string, string>[])[first, second])
            consumer.Commit(consumer.Assignment.Select(partition => new Client.TopicPartitionOffset(partition, 10)));

        second.Close();
        PollUntil([first], () => first.Assignment.Count == 6);

        Assert.All(first.Committed(Patience), committed => Assert.Equal(10, committed.Offset.Value));
        first.Close();
    }

    [Fact]
    public async Task It_seeks_by_time()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        await CreateAsync(node, "times");
        using Client.IProducer<string, string> producer = Producer(node);
        for (int i = 0; i < 10; i++)
        {
            producer.Produce("times", new()
            {
                Value = Number(i),
                Timestamp = new Client.Timestamp(1_000_000 + (i * 1_000), Client.TimestampType.CreateTime),
            });
        }

        Assert.Equal(0, producer.Flush(Patience));
        using Client.IConsumer<string, string> consumer = Consumer(node, "times");
        Client.TopicPartition partition = new("times", 0);

        Assert.Equal(5, OffsetAt(consumer, partition, 1_004_500));
        Assert.Equal(Client.Offset.End.Value, OffsetAt(consumer, partition, 9_000_000));
        Client.WatermarkOffsets ends = consumer.QueryWatermarkOffsets(partition, Patience);
        Assert.Equal((0, 10), (ends.Low.Value, ends.High.Value));
        consumer.Assign(new Client.TopicPartitionOffset(partition, OffsetAt(consumer, partition, 1_004_500)));
        Assert.Equal(Numbers(5, 5), Poll([consumer], 5));
        consumer.Close();
    }

    [Fact]
    public async Task Its_administration_works()
    {
        await using ListenedNode node = await ListenedNode.StartAsync();
        using Client.IAdminClient admin = Admin(node.Endpoint.Address);
        await CreateAsync(node, "admin", 2);
        CreateTopicsException twice = await Assert.ThrowsAsync<CreateTopicsException>(
            () => CreateAsync(node, "admin", 2));
        Assert.Equal(Client.ErrorCode.TopicAlreadyExists, twice.Results[0].Error.Code);
        await admin.CreatePartitionsAsync([new() { Topic = "admin", IncreaseTo = 5 }]);
        Assert.Equal(5, admin.GetMetadata("admin", Patience).Topics[0].Partitions.Count);
        ConfigResource resource = new() { Type = ResourceType.Topic, Name = "admin" };
        await admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<Confluent.Kafka.Admin.ConfigEntry>>
        {
            [resource] = [new Confluent.Kafka.Admin.ConfigEntry { Name = "retention.ms", Value = "1234567" }],
        });
        List<DescribeConfigsResult> described = await admin.DescribeConfigsAsync([resource]);
        Assert.Equal("1234567", described[0].Entries["retention.ms"].Value);
        Produce(node, "admin", ["x"]);
        using (Client.IConsumer<string, string> consumer = Consumer(node, "admin-group"))
        {
            consumer.Subscribe("admin");
            Poll([consumer], 1);
            Assert.Equal("Stable", admin.ListGroup("admin-group", Patience).State);
            Assert.Contains(admin.ListGroups(Patience), group => group.Group == "admin-group");
            consumer.Close();
        }

        await admin.DeleteGroupsAsync(["admin-group"]);
        await admin.DeleteRecordsAsync([new Client.TopicPartitionOffset("admin", 0, Client.Offset.End)]);
        await admin.DeleteTopicsAsync(["admin"]);
        Assert.DoesNotContain(admin.GetMetadata(Patience).Topics, topic => topic.Topic == "admin");
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData(Client.SaslMechanism.Plain, "PLAIN", true)]
    [InlineData(Client.SaslMechanism.ScramSha256, "SCRAM-SHA-256", true)]
    [InlineData(Client.SaslMechanism.ScramSha512, "SCRAM-SHA-512", false)]
    public async Task It_is_secured(Client.SaslMechanism? mechanism, string? name, bool encrypts)
    {
        using TestCertificate certificate = new();
        await using ListenedNode node =
            await ListenedNode.StartSecuredAsync(name, encrypts ? certificate : null);
        void Secure(Client.ClientConfig config)
        {
            config.SecurityProtocol = (name is null, encrypts) switch
            {
                (true, _) => Client.SecurityProtocol.Ssl,
                (_, true) => Client.SecurityProtocol.SaslSsl,
                _ => Client.SecurityProtocol.SaslPlaintext,
            };
            if (encrypts)
                config.SslCaLocation = certificate.File;
            if (name is not null)
                (config.SaslMechanism, config.SaslUsername, config.SaslPassword) = (mechanism, "alice", "secret");
        }

        Produce(node, "secured", ["a", "b", "c"], Secure);

        Assert.Equal(["a", "b", "c"], Read(node, "secured", 1, 3, Secure));
    }

    [Fact]
    public async Task A_wrong_password_lets_nobody_in()
    {
        await using ListenedNode node = await ListenedNode.StartSecuredAsync("PLAIN", certificate: null);
        TaskCompletionSource refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Client.AdminClientConfig config = new()
        {
            BootstrapServers = node.Endpoint.Address,
            SecurityProtocol = Client.SecurityProtocol.SaslPlaintext,
            SaslMechanism = Client.SaslMechanism.Plain,
            SaslUsername = "alice",
            SaslPassword = "wrong",
        };
        using Client.IAdminClient admin = new Client.AdminClientBuilder(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                if (error.Code == Client.ErrorCode.Local_Authentication)
                    refused.TrySetResult();
            })
            .Build();

        await refused.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_broker_that_is_restarted_loses_and_doubles_nothing()
    {
        await using DurableNode node = await DurableNode.StartAsync();
        await CreateAsync(node.Address, "restart", 1);
        ConcurrentQueue<Client.DeliveryReport<string, string>> reports = new();
        using Client.IProducer<string, string> producer = Producer(
            node.Address, config => (config.EnableIdempotence, config.LingerMs) = (true, 0));
        using Client.IConsumer<string, string> consumer = Consumer(
            node.Address, "restart", config => config.EnableAutoCommit = true);
        consumer.Subscribe("restart");
        foreach (string value in Numbers(0, 500))
            producer.Produce("restart", new() { Value = value }, reports.Enqueue);
        List<string> found = Poll([consumer], 100);

        await node.StopAsync();
        foreach (string value in Numbers(500, 500))
            producer.Produce("restart", new() { Value = value }, reports.Enqueue);
        await node.StartAgainAsync();

        Assert.Equal(0, producer.Flush(Patience));
        Assert.All(reports, report => Assert.False(report.Error.IsError, report.Error.Reason));
        Assert.Equal(Numbers(0, 1_000), reports.Select(report => report.Value));
        found.AddRange(Poll([consumer], 900));
        Assert.Equal(Numbers(0, 1_000), found);
        consumer.Close();
    }

    private static Client.IAdminClient Admin(string address) =>
        new Client.AdminClientBuilder(new Client.AdminClientConfig { BootstrapServers = address }).Build();

    private static Task CreateAsync(ListenedNode node, string topic, int partitions = 1) =>
        CreateAsync(node.Endpoint.Address, topic, partitions);

    private static async Task CreateAsync(string address, string topic, int partitions)
    {
        using Client.IAdminClient admin = Admin(address);
        await admin.CreateTopicsAsync([new() { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    private static Client.IProducer<string, string> Producer(
        ListenedNode node, Action<Client.ProducerConfig>? configure = null) =>
        Producer(node.Endpoint.Address, configure);

    private static Client.IProducer<string, string> Producer(
        string address, Action<Client.ProducerConfig>? configure)
    {
        Client.ProducerConfig config = new() { BootstrapServers = address };
        configure?.Invoke(config);
        return new Client.ProducerBuilder<string, string>(config).Build();
    }

    private static Client.IConsumer<string, string> Consumer(
        ListenedNode node, string group, Action<Client.ConsumerConfig>? configure = null) =>
        Consumer(node.Endpoint.Address, group, configure);

    private static Client.IConsumer<string, string> Consumer(
        string address, string group, Action<Client.ConsumerConfig>? configure)
    {
        Client.ConsumerConfig config = new()
        {
            BootstrapServers = address,
            GroupId = group,
            AutoOffsetReset = Client.AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
        };
        configure?.Invoke(config);
        return new Client.ConsumerBuilder<string, string>(config).Build();
    }

    private static void Produce(
        ListenedNode node, string topic, string[] values, Action<Client.ProducerConfig>? configure = null)
    {
        ConcurrentQueue<string> failures = new();
        using Client.IProducer<string, string> producer = Producer(node, configure);
        for (int i = 0; i < values.Length; i++)
        {
            producer.Produce(topic, new() { Key = Number(i), Value = values[i] }, report =>
            {
                if (report.Error.IsError)
                    failures.Enqueue(report.Error.Reason);
            });
        }

        Assert.Equal(0, producer.Flush(Patience));
        Assert.Empty(failures);
    }

    private static List<string> Read(
        ListenedNode node, string topic, int partitions, int count, Action<Client.ConsumerConfig>? configure = null)
    {
        using Client.IConsumer<string, string> consumer = Consumer(node, "unused", configure);
        consumer.Assign(Enumerable.Range(0, partitions).Select(
            partition => new Client.TopicPartitionOffset(topic, partition, Client.Offset.Beginning)));
        List<string> found = Poll([consumer], count);
        consumer.Close();
        return found;
    }

    private static List<string> Poll(Client.IConsumer<string, string>[] consumers, int count)
    {
        List<string> found = [];
        PollUntil(consumers, () => found.Count >= count, found.Add);
        return found;
    }

    private static void PollUntil(
        Client.IConsumer<string, string>[] consumers, Func<bool> isDone, Action<string>? take = null)
    {
        using CancellationTokenSource patience = new(Patience);
        for (int turn = 0; !isDone(); turn++)
        {
            Assert.False(patience.IsCancellationRequested, "It did not come to pass.");
            if (consumers[turn % consumers.Length].Consume(Moment) is { Message: { } message })
                take?.Invoke(message.Value);
        }
    }

    private static long OffsetAt(
        Client.IConsumer<string, string> consumer, Client.TopicPartition partition, long milliseconds) =>
        consumer.OffsetsForTimes(
            [new(partition, new Client.Timestamp(milliseconds, Client.TimestampType.CreateTime))], Patience)
            .Single().Offset.Value;

    private static string[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(Number)];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
