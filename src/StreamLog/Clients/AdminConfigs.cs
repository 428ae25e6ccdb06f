using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients;

/// <summary>The part of <see cref="Admin"/> that reads and changes the settings of topics.</summary>
internal sealed class AdminConfigs
{
    // Kafka's number for a topic among the things that have settings.
    private const sbyte TopicResource = 2;

    // Kafka's number for a setting that the topic itself gives.
    private const sbyte TopicSource = 1;

    // What to do with a setting.
    private const sbyte SetOperation = 0;
    private const sbyte DeleteOperation = 1;

    // The first version of Kafka's DescribeConfigs that tells what settings mean.
    private const short FirstWithDocumentation = 3;

    private readonly BrokerSession _session;
    private readonly TimeSpan _timeout;

    /// <summary>Creates the part.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="timeout">How long a call may take.</param>
    public AdminConfigs(BrokerSession session, TimeSpan timeout)
    {
        _session = session;
        _timeout = timeout;
    }

    /// <summary>Returns the settings of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The settings by name.</returns>
    public ValueTask<IReadOnlyDictionary<string, ConfigEntry>> DescribeAsync(
        string topic, CancellationToken cancellationToken) =>
        _session.RetryAsync((left, token) => DescribeOnceAsync(topic, left, token), _timeout, cancellationToken);

    /// <summary>Changes settings of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="changes">New values; <see langword="null"/> goes back to the default.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when the settings hold.</returns>
    public async ValueTask AlterAsync(
        string topic, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
            return;
        await _session.RetryAsync(
            (left, token) => AlterOnceAsync(topic, changes, left, token), _timeout, cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyDictionary<string, ConfigEntry>> DescribeOnceAsync(
        string topic, TimeSpan timeout, CancellationToken cancellationToken)
    {
        DescribeConfigsRequest request = new()
        {
            Resources =
            [
                new DescribeConfigsRequest.DescribeConfigsResource
                {
                    ResourceType = TopicResource,
                    ResourceName = topic,
                    ConfigurationKeys = null,
                },
            ],
            IncludeDocumentation = !_session.Broker.IsBefore(ApiKey.DescribeConfigs, FirstWithDocumentation),
        };
        DescribeConfigsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        DescribeConfigsResponse.DescribeConfigsResult? result =
            response.Results.Find(answer => answer.ResourceName == topic);
        Check(result?.ErrorCode, result?.ErrorMessage, topic, "Reading");

        Dictionary<string, ConfigEntry> entries = new(StringComparer.Ordinal);
        foreach (DescribeConfigsResponse.DescribeConfigsResourceResult config in result!.Configs)
        {
            entries[config.Name] = new ConfigEntry(
                config.Name, config.Value, config.ConfigSource != TopicSource, config.Documentation ?? "");
        }

        return entries;
    }

    private async ValueTask AlterOnceAsync(
        string topic,
        IReadOnlyDictionary<string, string?> changes,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        IncrementalAlterConfigsRequest.AlterConfigsResource resource = new()
        {
            ResourceType = TopicResource,
            ResourceName = topic,
        };
        foreach ((string name, string? value) in changes)
        {
            resource.Configs.Add(new IncrementalAlterConfigsRequest.AlterableConfig
            {
                Name = name,
                ConfigOperation = value is null ? DeleteOperation : SetOperation,
                Value = value,
            });
        }

        IncrementalAlterConfigsRequest request = new() { Resources = [resource] };
        IncrementalAlterConfigsResponse response =
            await _session.SendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        IncrementalAlterConfigsResponse.AlterConfigsResourceResponse? result =
            response.Responses.Find(answer => answer.ResourceName == topic);
        Check(result?.ErrorCode, result?.ErrorMessage, topic, "Changing");
    }

    private static void Check(ErrorCode? code, string? message, string topic, string what)
    {
        if (code == ErrorCode.UnknownTopicOrPartition)
            throw ClientErrors.ForTopic(ErrorCode.UnknownTopicOrPartition, topic);
        if (code != ErrorCode.None)
        {
            throw ClientErrors.Refused(
                code ?? ErrorCode.UnknownServerError, $"{what} the settings of topic '{topic}'", message);
        }
    }
}
