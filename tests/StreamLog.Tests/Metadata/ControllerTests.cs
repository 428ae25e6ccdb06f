using FsCheck;
using FsCheck.Fluent;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class ControllerTests
{
    private static readonly string[] Names = ["a", "b", "c.d", "c_d", "e", "bad name"];

    /// <summary>One step of the model: what is asked for, of which topic, and with which number.</summary>
    private sealed record Step(int Kind, string Name, int Number);

    // Goal: whatever is asked for in whatever order, the image says what was granted, and reading the records again
    // gives the same image. Method: random requests against a dictionary, each record through its encoding, and a
    // replay at the end.
    [Fact]
    public void The_image_is_what_was_granted_and_what_a_replay_gives() =>
        Prop.ForAll(Steps(), steps =>
        {
            World world = new();
            Dictionary<string, (int Partitions, string? Retention)> model = [];
            foreach (Step step in steps)
                Take(world, model, step);

            Assert.Equal(model.Keys.Order(), world.Image.Topics.Keys.Order());
            foreach ((string name, (int partitions, string? retention)) in model)
            {
                Assert.Equal(partitions, world.Image.Topics[name].Partitions.Length);
                Assert.Equal(
                    retention, world.Image.ConfigsOf(ConfigResourceType.Topic, name).GetValueOrDefault("retention.ms"));
            }

            Assert.Equal(Describe(world.Image), Describe(world.Replay()));
            Assert.Equal(Describe(world.Image), Describe(world.ReplaySnapshot()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_start_of_the_node_is_an_election_in_all_of_its_partitions()
    {
        World world = new();
        world.Create("orders", 2);
        PartitionImage before = world.Image.Topics["orders"].Partitions[1];

        world.Commit(Controller.RegisterNode(world.Image, 1, Guid.NewGuid(), Guid.NewGuid()).Records);

        PartitionImage after = world.Image.Topics["orders"].Partitions[1];
        Assert.Equal(
            (before.LeaderEpoch + 1, before.PartitionEpoch + 1, 1),
            (after.LeaderEpoch, after.PartitionEpoch, after.Leader));
    }

    [Fact]
    public void Broker_epochs_and_producer_ids_only_rise()
    {
        World world = new();
        long lastEpoch = world.Image.Brokers[1].BrokerEpoch;
        long lastId = -1;
        for (int i = 0; i < 10; i++)
        {
            world.Commit(Controller.RegisterNode(world.Image, 1, Guid.NewGuid(), Guid.NewGuid()).Records);
            Assert.True(world.Image.Brokers[1].BrokerEpoch > lastEpoch);
            lastEpoch = world.Image.Brokers[1].BrokerEpoch;

            Decision<long> block = Controller.AllocateProducerIds(world.Image, 1);
            world.Commit(block.Records);
            Assert.True(block.Response > lastId);
            lastId = block.Response + Controller.ProducerIdBlockLength - 1;
            Assert.Equal(lastId + 1, world.Image.NextProducerId);
        }
    }

    [Fact]
    public void Bad_topics_are_refused_each_alone_with_kafkas_codes()
    {
        World world = new();
        world.Create("taken", 1);
        world.Create("a.b", 1);
        CreateTopicsRequest request = new();
        (CreateTopicsRequest.CreatableTopic Topic, ErrorCode Expected)[] cases =
        [
            (Topic("good"), ErrorCode.None),
            (Topic("taken"), ErrorCode.TopicAlreadyExists),
            (Topic("a_b"), ErrorCode.InvalidTopic),
            (Topic("no/slash"), ErrorCode.InvalidTopic),
            (Topic("none", partitions: 0), ErrorCode.InvalidPartitions),
            (Topic("less", partitions: -2), ErrorCode.InvalidPartitions),
            (Topic("many", partitions: 10_001), ErrorCode.PolicyViolation),
            (Topic("two", factor: 2), ErrorCode.InvalidReplicationFactor),
            (Topic("zero", factor: 0), ErrorCode.InvalidReplicationFactor),
            (Topic("misspelt", config: ("retention.s", "1")), ErrorCode.InvalidConfig),
            (Topic("wrong", config: ("retention.ms", "soon")), ErrorCode.InvalidConfig),
            (Topic("by-hand", partitions: -1, factor: -1, brokers: [1]), ErrorCode.None),
            (Topic("by-wrong-hand", partitions: -1, factor: -1, brokers: [9]), ErrorCode.InvalidReplicaAssignment),
            (Topic("by-both", partitions: 1, factor: -1, brokers: [1]), ErrorCode.InvalidRequest),
        ];
        request.Topics.AddRange(cases.Select(test => test.Topic));

        Decision<CreateTopicsResponse> decision = world.Controller.CreateTopics(world.Image, request);
        world.Commit(decision.Records);

        Assert.Equal(
            cases.Select(test => (test.Topic.Name, test.Expected)),
            decision.Response.Topics.Select(topic => (topic.Name, topic.ErrorCode)));
        Assert.All(
            decision.Response.Topics,
            topic => Assert.Equal(topic.ErrorCode == ErrorCode.None, topic.ErrorMessage is null));
        Assert.Equal(["a.b", "by-hand", "good", "taken"], world.Image.Topics.Keys.Order());
    }

    [Fact]
    public void A_topic_that_stands_twice_in_a_request_is_not_created()
    {
        World world = new();
        CreateTopicsRequest request = new() { Topics = { Topic("x"), Topic("x"), Topic("y") } };

        Decision<CreateTopicsResponse> decision = world.Controller.CreateTopics(world.Image, request);
        world.Commit(decision.Records);

        Assert.Equal(
            [("x", ErrorCode.InvalidRequest), ("y", ErrorCode.None)],
            decision.Response.Topics.Select(topic => (topic.Name, topic.ErrorCode)));
        Assert.Equal(["y"], world.Image.Topics.Keys);
    }

    [Fact]
    public void Validation_alone_changes_nothing()
    {
        World world = new();
        world.Create("orders", 1);

        Assert.Empty(world.Controller.CreateTopics(
            world.Image, new CreateTopicsRequest { Topics = { Topic("x") }, ValidateOnly = true }).Records);
        Assert.Empty(Controller.CreatePartitions(
            world.Image,
            new CreatePartitionsRequest
            {
                ValidateOnly = true,
                Topics = { Growth("orders", 5) },
            }).Records);
    }

    [Fact]
    public void Topics_are_deleted_by_name_or_by_id_and_remembered()
    {
        World world = new();
        Guid first = world.Create("first", 1);
        Guid second = world.Create("second", 1);

        Decision<DeleteTopicsResponse> decision = Controller.DeleteTopics(world.Image,
        [
            new DeleteTopicsRequest.DeleteTopicState { Name = "first" },
            new DeleteTopicsRequest.DeleteTopicState { TopicId = second },
            new DeleteTopicsRequest.DeleteTopicState { Name = "nowhere" },
            new DeleteTopicsRequest.DeleteTopicState { TopicId = Guid.NewGuid() },
            new DeleteTopicsRequest.DeleteTopicState(),
        ]);
        world.Commit(decision.Records);

        Assert.Equal(
            [
                ErrorCode.None, ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicId,
                ErrorCode.InvalidRequest,
            ],
            decision.Response.Responses.Select(topic => topic.ErrorCode));
        Assert.Empty(world.Image.Topics);
        Assert.Equal(new[] { first, second }.Order(), world.Image.RemovedTopicIds.Order());
    }

    // Goal: what stands in a request more than once, by its name, by its id or by both, is answered once, and nothing
    // is done to it, as Kafka has it.
    [Fact]
    public void A_topic_that_stands_twice_in_a_request_is_not_deleted()
    {
        World world = new();
        world.Create("a", 1);
        Guid second = world.Create("b", 1);
        Guid third = world.Create("e", 1);
        world.Create("f", 1);

        Decision<DeleteTopicsResponse> decision = Controller.DeleteTopics(world.Image,
        [
            new DeleteTopicsRequest.DeleteTopicState { Name = "a" },
            new DeleteTopicsRequest.DeleteTopicState { TopicId = second },
            new DeleteTopicsRequest.DeleteTopicState { Name = "a" },
            new DeleteTopicsRequest.DeleteTopicState { Name = "a" },
            new DeleteTopicsRequest.DeleteTopicState { TopicId = second },
            new DeleteTopicsRequest.DeleteTopicState { TopicId = third },
            new DeleteTopicsRequest.DeleteTopicState { Name = "e" },
            new DeleteTopicsRequest.DeleteTopicState { Name = "f" },
            new DeleteTopicsRequest.DeleteTopicState { Name = "nowhere" },
            new DeleteTopicsRequest.DeleteTopicState { Name = "nowhere" },
        ]);
        world.Commit(decision.Records);

        Assert.Equal(
            [
                ("a", Guid.Empty, ErrorCode.InvalidRequest),
                (null, second, ErrorCode.InvalidRequest),
                ("e", third, ErrorCode.InvalidRequest),
                ("f", decision.Response.Responses[3].TopicId, ErrorCode.None),
                ("nowhere", Guid.Empty, ErrorCode.InvalidRequest),
            ],
            decision.Response.Responses.Select(topic => (topic.Name, topic.TopicId, topic.ErrorCode)));
        Assert.Equal(["a", "b", "e"], world.Image.Topics.Keys.Order());
    }

    [Fact]
    public void A_topic_that_stands_twice_in_a_request_does_not_grow()
    {
        World world = new();
        world.Create("a", 1);
        world.Create("b", 1);

        Decision<CreatePartitionsResponse> decision = Controller.CreatePartitions(world.Image, new()
        {
            Topics = { Growth("a", 2), Growth("b", 4), Growth("a", 3) },
        });
        world.Commit(decision.Records);

        Assert.Equal(
            [("a", ErrorCode.InvalidRequest), ("b", ErrorCode.None)],
            decision.Response.Results.Select(topic => (topic.Name, topic.ErrorCode)));
        Assert.Equal(
            (1, 4), (world.Image.Topics["a"].Partitions.Length, world.Image.Topics["b"].Partitions.Length));
    }

    [Fact]
    public void Lists_grow_and_shrink_and_other_settings_do_not()
    {
        World world = new();
        world.Create("orders", 1);

        Assert.Equal(ErrorCode.None, world.Alter("orders", "cleanup.policy", ConfigOperation.Append, "compact"));
        Assert.Equal("delete,compact", world.ConfigOf("orders", "cleanup.policy"));
        Assert.Equal(ErrorCode.None, world.Alter("orders", "cleanup.policy", ConfigOperation.Subtract, "delete"));
        Assert.Equal("compact", world.ConfigOf("orders", "cleanup.policy"));
        Assert.Equal(
            ErrorCode.InvalidConfig, world.Alter("orders", "cleanup.policy", ConfigOperation.Subtract, "compact"));
        Assert.Equal(ErrorCode.InvalidConfig, world.Alter("orders", "segment.ms", ConfigOperation.Append, "1"));
        Assert.Equal(ErrorCode.InvalidConfig, world.Alter("orders", "segment.ms", ConfigOperation.Set, "0"));
        Assert.Equal(ErrorCode.InvalidConfig, world.Alter("orders", "nothing", ConfigOperation.Set, "1"));
        Assert.Equal(ErrorCode.None, world.Alter("orders", "nothing", ConfigOperation.Delete, null));
        Assert.Equal(ErrorCode.InvalidRequest, world.Alter("orders", "segment.ms", (ConfigOperation)7, "1"));
        Assert.Equal(
            ErrorCode.UnknownTopicOrPartition, world.Alter("nowhere", "segment.ms", ConfigOperation.Set, "1"));
        Assert.Equal(ErrorCode.None, world.Alter("orders", "cleanup.policy", ConfigOperation.Delete, null));
        Assert.Null(world.ConfigOf("orders", "cleanup.policy"));
        Assert.Empty(world.Image.Configs);
    }

    private static Arbitrary<Step[]> Steps()
    {
        Gen<Step> step =
            from kind in Gen.Choose(0, 5)
            from name in Gen.Elements(Names)
            from number in Gen.Choose(-1, 6)
            select new Step(kind, name, number);
        return step.ArrayOf().ToArbitrary();
    }

    private static void Take(World world, Dictionary<string, (int Partitions, string? Retention)> model, Step step)
    {
        bool isThere = model.ContainsKey(step.Name);
        switch (step.Kind)
        {
            case 0 or 1:
                if (world.TryCreate(step.Name, step.Number))
                    model.Add(step.Name, (step.Number == -1 ? 3 : step.Number, null));
                else
                    Assert.True(isThere || step.Number == 0 || step.Name == "bad name" || step.Name.StartsWith('c'));
                break;
            case 2:
                Assert.Equal(isThere, world.Delete(step.Name));
                model.Remove(step.Name);
                break;
            case 3:
                bool grows = isThere && step.Number > model[step.Name].Partitions;
                Assert.Equal(grows, world.Grow(step.Name, step.Number));
                if (grows)
                    model[step.Name] = model[step.Name] with { Partitions = step.Number };
                break;
            case 4:
                string? value = step.Number < 0 ? null : $"{step.Number}";
                ConfigOperation operation = value is null ? ConfigOperation.Delete : ConfigOperation.Set;
                Assert.Equal(isThere, world.Alter(step.Name, "retention.ms", operation, value) == ErrorCode.None);
                if (isThere)
                    model[step.Name] = model[step.Name] with { Retention = value };
                break;
            default:
                world.Commit(Controller.RegisterNode(world.Image, 1, Guid.NewGuid(), Guid.NewGuid()).Records);
                break;
        }
    }

    private static CreateTopicsRequest.CreatableTopic Topic(
        string name,
        int partitions = 1,
        short factor = 1,
        (string Name, string Value)? config = null,
        int[]? brokers = null)
    {
        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = factor,
        };
        if (config is { } given)
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = given.Name, Value = given.Value });
        if (brokers is not null)
            topic.Assignments.Add(new CreateTopicsRequest.CreatableReplicaAssignment { BrokerIds = [.. brokers] });
        return topic;
    }

    private static CreatePartitionsRequest.CreatePartitionsTopic Growth(string name, int count) =>
        new() { Name = name, Count = count, Assignments = null };

    private static string Describe(ClusterImage image) => string.Join('\n',
    [
        $"{image.EndOffset} {image.ControllerEpoch} {image.NextProducerId}",
        .. image.Brokers.Values.Select(broker => $"{broker} {string.Join('.', broker.DirectoryIds)}"),
        .. image.Features.Select(feature => $"{feature}"),
        .. image.RemovedTopicIds.Order().Select(id => $"{id}"),
        .. image.Configs.OrderBy(c => c.Key.Name).Select(c => $"{c.Key}: {string.Join(',', c.Value)}"),
        .. image.Topics.Values.OrderBy(topic => topic.Name).Select(topic =>
            $"{topic.Name} {topic.TopicId} {string.Join(';', topic.Partitions.Select(Describe))}"),
    ]);

    private static string Describe(PartitionImage partition) =>
        $"{string.Join('.', partition.Replicas)} {string.Join('.', partition.InSyncReplicas)} " +
        $"{partition.Leader} {partition.LeaderEpoch} {partition.PartitionEpoch}";

    /// <summary>A metadata log in a list, and the image of it.</summary>
    private sealed class World
    {
        private readonly List<byte[][]> _log = [];
        private int _ids;

        public World()
        {
            Controller = new Controller(new NodeConfigs(new StreamLogOptions()), defaultPartitions: 3, NextId);
            Commit(Controller.RegisterNode(Image, 1, NextId(), NextId()).Records);
        }

        public Controller Controller { get; }

        public ClusterImage Image { get; private set; } = ClusterImage.Empty;

        public void Commit(IReadOnlyList<IMetadataRecord> records)
        {
            if (records.Count == 0)
                return;

            byte[][] encoded = [.. records.Select(MetadataRecords.Write)];
            _log.Add(encoded);
            Image = Apply(Image, encoded);
        }

        /// <summary>Rebuilds the image from the records of a snapshot of it, as a start does.</summary>
        public ClusterImage ReplaySnapshot()
        {
            byte[][] encoded = [.. ImageRecords.Of(Image).Select(MetadataRecords.Write)];
            return Apply(ClusterImage.Empty, encoded) with
            {
                EndOffset = Image.EndOffset,
                ControllerEpoch = Image.ControllerEpoch,
            };
        }

        public ClusterImage Replay() => _log.Aggregate(ClusterImage.Empty, Apply);

        public bool TryCreate(string name, int partitions)
        {
            Decision<CreateTopicsResponse> decision = Controller.CreateTopics(
                Image, new CreateTopicsRequest { Topics = { Topic(name, partitions) } });
            Commit(decision.Records);
            return decision.Response.Topics.Single().ErrorCode == ErrorCode.None;
        }

        public Guid Create(string name, int partitions)
        {
            Assert.True(TryCreate(name, partitions));
            return Image.Topics[name].TopicId;
        }

        public bool Delete(string name)
        {
            Decision<DeleteTopicsResponse> decision = Controller.DeleteTopics(
                Image, [new DeleteTopicsRequest.DeleteTopicState { Name = name }]);
            Commit(decision.Records);
            return decision.Response.Responses.Single().ErrorCode == ErrorCode.None;
        }

        public bool Grow(string name, int count)
        {
            Decision<CreatePartitionsResponse> decision = Controller.CreatePartitions(Image, new CreatePartitionsRequest
            {
                Topics = { Growth(name, count) },
            });
            Commit(decision.Records);
            return decision.Response.Results.Single().ErrorCode == ErrorCode.None;
        }

        public ErrorCode Alter(string topic, string name, ConfigOperation operation, string? value)
        {
            Decision<IncrementalAlterConfigsResponse> decision = Controller.AlterConfigs(
                Image, new IncrementalAlterConfigsRequest
                {
                    Resources =
                {
                    new IncrementalAlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = (sbyte)ConfigResourceType.Topic,
                        ResourceName = topic,
                        Configs =
                        {
                            new IncrementalAlterConfigsRequest.AlterableConfig
                            {
                                Name = name,
                                ConfigOperation = (sbyte)operation,
                                Value = value,
                            },
                        },
                    },
                },
                });
            Commit(decision.Records);
            return decision.Response.Responses.Single().ErrorCode;
        }

        public string? ConfigOf(string topic, string name) =>
            Image.ConfigsOf(ConfigResourceType.Topic, topic).GetValueOrDefault(name);

        private static ClusterImage Apply(ClusterImage image, byte[][] records) => image.Apply(
            [.. records.Select(record => MetadataRecords.Read(record))], image.EndOffset + records.Length, 0);

        private Guid NextId() => new(++_ids, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
