using StreamLog.Clients;
using StreamLog.Metadata;

namespace StreamLog;

/// <summary>Brings the topics that options declare into being on a cluster, and in line with the options.</summary>
internal static class ClusterTopics
{
    /// <summary>Creates missing topics, adds missing partitions, and makes the settings.</summary>
    /// <param name="options">The options.</param>
    /// <param name="admin">The way to the cluster.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task that completes when all topics can be used.</returns>
    /// <exception cref="StreamLogException">The cluster does not take a declaration, or does not answer: the message
    /// names the topic.</exception>
    public static async ValueTask ApplyAsync(
        StreamLogOptions options, Admin admin, CancellationToken cancellationToken)
    {
        foreach ((string name, TopicOptions topic) in options.Topics)
        {
            try
            {
                await ApplyAsync(name, topic, admin, cancellationToken).ConfigureAwait(false);
            }
            catch (StreamLogException exception)
            {
                throw new StreamLogException(
                    exception.ErrorCode,
                    $"The topic '{name}' of the options cannot be as it is declared. {exception.Message}",
                    exception);
            }
        }
    }

    private static async ValueTask ApplyAsync(
        string name, TopicOptions topic, Admin admin, CancellationToken cancellationToken)
    {
        // What an acknowledgement promises is the cluster's to say.
        Dictionary<string, string> configs = TopicOptionConfigs.Of(topic)
            .Where(static config => config.Key != TopicConfigs.DurabilityName)
            .ToDictionary(StringComparer.Ordinal);
        bool isNew = await admin
            .CreateTopicIfMissingAsync(name, topic.Partitions, configs, cancellationToken).ConfigureAwait(false);
        if (isNew)
            return;

        if (topic.Partitions is { } count
            && count > await admin.CountPartitionsAsync(name, cancellationToken).ConfigureAwait(false))
        {
            await admin.CreatePartitionsAsync(name, count, cancellationToken).ConfigureAwait(false);
        }

        await admin.AlterConfigsAsync(
            name,
            configs.ToDictionary(static config => config.Key, static config => (string?)config.Value),
            cancellationToken).ConfigureAwait(false);
    }
}
