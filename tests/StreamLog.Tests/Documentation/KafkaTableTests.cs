using System.Text;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Architecture;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Documentation;

/// <summary>The page of Kafka's APIs says what the broker speaks. It is made here, out of the broker.</summary>
public sealed class KafkaTableTests
{
    private const int LastKey = 92;

    private const string Head =
        """
        # Kafka's protocol

        Which of Kafka's APIs a node speaks, and in which versions: those of Kafka 4.2. A client that speaks any of
        them is served, in this process by `IBroker` and from outside by a listener. This page is generated from the
        code; run the tests with `STREAMLOG_APPROVE=1` to renew it.

        Errors are Kafka's own, and so are the names of settings. What an older client does not know is told it in words
        that it does: a broken disk of a coordinator is `NOT_COORDINATOR`, a full disk is `KAFKA_STORAGE_ERROR`. Record
        batches have the current format (magic 2, Kafka 0.11); older ones are refused with `INVALID_RECORD`, and not
        made for readers either.

        | key | API | versions | notes |
        |--:|---|---|---|

        """;

    private const string MissingHead =
        """

        ## What is not served

        Nothing of this is advertised, so clients do without.

        | keys | APIs | why |
        |---|---|---|

        """;

    private static readonly Dictionary<ApiKey, string> Notes = new()
    {
        [ApiKey.Produce] = "Advertised from version 0 on, as by Kafka: librdkafka before 2.11 would stop compressing " +
            "else. Versions 0 to 2 are not read. What is wrong with single records is told (KIP-467).",
        [ApiKey.Fetch] = "Sessions (KIP-227): 1,000 of them, and the one idle for two minutes makes room. One batch " +
            "is answered however small the limits are.",
        [ApiKey.ListOffsets] = "Times -1 to -6, each since the version that brought it. Nothing is kept in tiers.",
        [ApiKey.Metadata] = "The topics of versions 0 to 3 are created where the node allows it: they cannot say " +
            "that they should not be.",
        [ApiKey.OffsetFetch] = "A group that is not known has committed -1, which is no error.",
        [ApiKey.FindCoordinator] = "Groups, transactional ids, and share partitions from version 6 on.",
        [ApiKey.JoinGroup] = "Members of versions 0 to 3 are not told their id first.",
        [ApiKey.DescribeGroups] = "A group that is not there is dead, and an error besides from version 6 on.",
        [ApiKey.ApiVersions] = "An unknown version is answered in version 0. The client's software is checked as by " +
            "Kafka. Features: `group.version`, `share.version`, `transaction.version`, `metadata.version`.",
        [ApiKey.DescribeConfigs] = "Topics, groups and nodes. Levels of loggers are the application's.",
        [ApiKey.AlterConfigs] = "Topics, and groups of the consumer protocol and share groups. A node's settings are " +
            "its options.",
        [ApiKey.IncrementalAlterConfigs] = "As AlterConfigs.",
        [ApiKey.AlterReplicaLogDirs] = "A node has one directory, and another one is not found.",
        [ApiKey.ElectLeaders] = "Among the nodes of this process.",
        [ApiKey.AlterPartitionReassignments] = "Among the nodes of this process, which share its logs: a move is " +
            "over when it is answered.",
        [ApiKey.ListPartitionReassignments] = "None is ever under way.",
        [ApiKey.DescribeQuorum] = "One voter, which leads. It has no listener of its own.",
        [ApiKey.UpdateFeatures] = "Groups and share groups can be turned off: their APIs answer " +
            "`UNSUPPORTED_VERSION` then.",
        [ApiKey.UnregisterBroker] = "The only node stays.",
        [ApiKey.ListConfigResources] = "Nothing is ever asked of clients' metrics.",
    };

    private static readonly (int[] Keys, string Names, string Reason)[] Missing =
    [
        ([4, 5, 6, 7], "LeaderAndIsr, StopReplica, UpdateMetadata, ControlledShutdown", "Kafka 4.0 has removed them."),
        ([38, 39, 40, 41],
            "CreateDelegationToken, RenewDelegationToken, ExpireDelegationToken, DescribeDelegationToken",
            "Whoever needs to act for another is given credentials of its own."),
        ([52, 53, 54, 56, 58, 59, 62, 63, 67, 70, 73, 80, 81, 82],
            "Vote, BeginQuorumEpoch, EndQuorumEpoch, AlterPartition, Envelope, FetchSnapshot, BrokerRegistration, " +
            "BrokerHeartbeat, AllocateProducerIds, ControllerRegistration, AssignReplicasToDirs, AddRaftVoter, " +
            "RemoveRaftVoter, UpdateRaftVoter",
            "Nodes and controllers say this to each other. Here they are one."),
        ([71, 72], "GetTelemetrySubscriptions, PushTelemetry",
            "Clients would send what they measure, and nobody here listens."),
        ([83, 84, 85, 86, 87],
            "InitializeShareGroupState, ReadShareGroupState, WriteShareGroupState, DeleteShareGroupState, " +
            "ReadShareGroupStateSummary",
            "The leader of a partition and the coordinator of its share groups are one."),
        ([88, 89], "StreamsGroupHeartbeat, StreamsGroupDescribe",
            "Kafka Streams runs over the classic protocol of groups."),
    ];

    /// <summary>On a change that is meant, run with <c>STREAMLOG_APPROVE=1</c> and read the difference.</summary>
    [Fact]
    public async Task It_lists_what_the_broker_speaks()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        string actual = Render(broker.Broker.SupportedApis);
        string path = Path.Combine(SourceTree.RepositoryRoot, "docs", "kafka.md");
        if (Environment.GetEnvironmentVariable("STREAMLOG_APPROVE") == "1")
            await File.WriteAllTextAsync(path, actual);

        Assert.Equal(File.Exists(path) ? await File.ReadAllTextAsync(path) : "", actual);
    }

    [Fact]
    public async Task Every_api_of_kafka_is_served_or_there_is_a_reason()
    {
        await using BrokerHarness broker = await BrokerHarness.StartAsync();
        IEnumerable<int> named = broker.Broker.SupportedApis.Select(api => (int)api.ApiKey)
            .Concat(Missing.SelectMany(group => group.Keys));

        Assert.Empty(Enumerable.Range(0, LastKey + 1).Except(named));
        Assert.Equal(
            Missing.Sum(group => group.Keys.Length), Missing.Sum(group => group.Names.Split(',').Length));
    }

    private static string Render(IReadOnlyList<ApiVersionRange> served)
    {
        StringBuilder page = new(Head);
        foreach (ApiVersionRange api in served)
        {
            Assert.True(Apis.TryGet(api.ApiKey, out ApiDescription? known));
            string versions =
                api.MinVersion == api.MaxVersion ? $"{api.MinVersion}" : $"{api.MinVersion}-{api.MaxVersion}";
            string advertised = known.Advertised == api ? "" : $", advertised from {known.Advertised.MinVersion}";
            string notes = Notes.GetValueOrDefault(api.ApiKey, "");
            page.Append($"| {(int)api.ApiKey} | {api.ApiKey} | {versions}{advertised} | {notes} |\n");
        }

        page.Append(MissingHead);
        HashSet<int> keys = [.. served.Select(api => (int)api.ApiKey)];
        foreach ((int[] missing, string names, string reason) in Missing)
        {
            if (!missing.Any(keys.Contains))
                page.Append($"| {string.Join(", ", missing)} | {names} | {reason} |\n");
        }

        return page.ToString();
    }
}
