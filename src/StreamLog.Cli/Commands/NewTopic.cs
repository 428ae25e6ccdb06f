using StreamLog.Cli.Targets;
using StreamLog.Protocol.Messages;

namespace StreamLog.Cli.Commands;

/// <summary>A topic that is to be created, as the command line describes it. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has, or <see langword="null"/> for the default.</param>
/// <param name="Replicas">How many replicas each has, or <see langword="null"/> for the broker's default.</param>
/// <param name="Configs">Its settings.</param>
internal sealed record NewTopic(
    string Name, int? Partitions, short? Replicas, IReadOnlyDictionary<string, string> Configs)
{
    private const int NameLengthMax = 249;
    private const int TimeoutMs = 30_000;

    /// <summary>Refuses what no log could take, before one is opened.</summary>
    /// <exception cref="CommandFailure">A name or a number is wrong.</exception>
    public void Check()
    {
        bool isLegal = Name is not ("." or "..") && Name.Length is > 0 and <= NameLengthMax
            && Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
        if (!isLegal)
        {
            throw CommandFailure.Usage(
                $"'{Name}' cannot name a topic. Use up to {NameLengthMax} of: letters, digits, '.', '_' and '-'.");
        }

        if (Partitions < 1)
            throw CommandFailure.Usage($"--partitions takes a number from 1 on, and not {Partitions}.");
        if (Replicas < 1)
            throw CommandFailure.Usage($"--replication-factor takes a number from 1 on, and not {Replicas}.");
    }

    /// <summary>Creates it.</summary>
    /// <param name="log">Where.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="StreamLogException">The broker refused.</exception>
    public async ValueTask CreateAsync(LogTarget log, CancellationToken cancellationToken)
    {
        if (Replicas is not { } replicas)
        {
            await log.Admin.CreateTopicAsync(Name, Partitions, Configs, cancellationToken).ConfigureAwait(false);
            return;
        }

        CreateTopicsRequest.CreatableTopic topic = new()
        {
            Name = Name,
            NumPartitions = Partitions ?? -1,
            ReplicationFactor = replicas,
        };
        foreach ((string name, string value) in Configs)
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = name, Value = value });
        CreateTopicsResponse response = await log.SendAsync(
            new CreateTopicsRequest { Topics = { topic }, TimeoutMs = TimeoutMs }, cancellationToken)
            .ConfigureAwait(false);
        CreateTopicsResponse.CreatableTopicResult result = response.Topics.Single();
        if (result.ErrorCode != ErrorCode.None)
        {
            throw new StreamLogException(
                result.ErrorCode, result.ErrorMessage ?? $"The broker refused to create '{Name}': {result.ErrorCode}.");
        }
    }
}
