using System.Globalization;
using StreamLog.Broker.Handlers;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;

namespace StreamLog.Broker;

/// <summary>Describes a node's settings, by the names that Kafka has for them: what topics begin with, and the options
/// that clients ask for. None can be changed while the node runs.</summary>
/// <param name="parts">The broker.</param>
/// <param name="nodeId">The node.</param>
/// <param name="request">Says what to tell of each.</param>
internal sealed class NodeDescription(BrokerParts parts, int nodeId, DescribeConfigsRequest request)
{
    /// <summary>Describes all settings.</summary>
    /// <returns>The settings, by name.</returns>
    public IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Describe() =>
        Own()
            .Concat(TopicConfigs.All.Where(definition => definition.NodeName is not null).Select(Describe))
            .OrderBy(config => config.Name, StringComparer.Ordinal);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<DescribeConfigsResponse.DescribeConfigsResourceResult> Own()
    {
        StreamLogOptions options = parts.Options;
        yield return Describe(
            "auto.create.topics.enable", options.AutoCreateTopics ? "true" : "false", "true", ConfigType.Boolean,
            "Whether a topic that a client asks for and that is not there is created.");
        yield return Describe("broker.id", Text(nodeId), "-1", ConfigType.Int32, "The node's id.");
        yield return Describe(
            "default.replication.factor",
            Text(TopicCreation.DefaultReplicas(parts.Metadata.Image)),
            "1",
            ConfigType.Int32,
            "How many replicas the partitions of a topic have that does not say.");
        yield return Describe(
            "log.dirs", parts.Directory.Path, "", ConfigType.Text, "The data directory.");
        yield return Describe("node.id", Text(nodeId), "-1", ConfigType.Int32, "The node's id.");
        yield return Describe(
            "num.partitions", Text(options.DefaultPartitions), "1", ConfigType.Int32,
            "How many partitions a topic has that does not say.");
    }

    private DescribeConfigsResponse.DescribeConfigsResourceResult Describe(ConfigDefinition definition) => Describe(
        definition.NodeName!,
        parts.NodeConfigs.Get(definition).Value,
        definition.Default,
        definition.Type,
        definition.Documentation);

    private DescribeConfigsResponse.DescribeConfigsResourceResult Describe(
        string name, string value, string byDefault, ConfigType type, string documentation)
    {
        ConfigSource source = value == byDefault ? ConfigSource.Default : ConfigSource.NodeOptions;
        DescribeConfigsResponse.DescribeConfigsResourceResult described = new()
        {
            Name = name,
            Value = value,
            ReadOnly = true,
            ConfigSource = (sbyte)source,
            ConfigType = (sbyte)type,
            Documentation = request.IncludeDocumentation ? documentation : null,
        };
        if (!request.IncludeSynonyms)
            return described;

        if (source == ConfigSource.NodeOptions)
            described.Synonyms.Add(DescribeConfigsHandler.Synonym(name, value, source));
        described.Synonyms.Add(DescribeConfigsHandler.Synonym(name, byDefault, ConfigSource.Default));
        return described;
    }
}
