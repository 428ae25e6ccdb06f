using System.Text.RegularExpressions;
using StreamLog.Protocol.Messages;

namespace StreamLog.Clients.Membership;

/// <summary>Looks up the topics that a member of a classic group reads or assigns. With that protocol the members do
/// what otherwise the coordinator does.</summary>
/// <remarks>It keeps nothing, and is thread-safe.</remarks>
internal sealed class GroupTopics
{
    private readonly BrokerSession _session;
    private readonly TimeSpan _timeout;
    private readonly IReadOnlyList<string> _names;
    private readonly Regex? _pattern;

    /// <summary>Creates it.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="subscription">What the member reads.</param>
    /// <param name="timeout">How long to wait for an answer.</param>
    /// <exception cref="StreamLogException">The pattern is none.</exception>
    public GroupTopics(BrokerSession session, Subscription subscription, TimeSpan timeout)
    {
        _session = session;
        _timeout = timeout;
        _names = subscription.Topics;
        _pattern = subscription.Pattern is { } pattern ? Parse(pattern) : null;
    }

    /// <summary>Names the topics that the member reads, as things stand.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The topics, each once.</returns>
    /// <exception cref="StreamLogException">There is no answer.</exception>
    public async ValueTask<IReadOnlyList<string>> SubscribedAsync(CancellationToken cancellationToken)
    {
        if (_pattern is null)
            return _names;

        List<string> matching = [];
        foreach (MetadataResponse.MetadataResponseTopic topic in
            await AskAsync(topics: null, cancellationToken).ConfigureAwait(false))
        {
            if (topic is { Name: { } name, IsInternal: false } && _pattern.IsMatch(name))
                matching.Add(name);
        }

        matching.Sort(StringComparer.Ordinal);
        return matching;
    }

    /// <summary>Counts the partitions of topics, as things stand.</summary>
    /// <param name="topics">The topics.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>The number of each; none for one that is not there.</returns>
    /// <exception cref="StreamLogException">There is no answer.</exception>
    public async ValueTask<IReadOnlyDictionary<string, int>> CountAsync(
        IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string topic in topics)
            counts[topic] = 0;

        // To ask for nothing would be to ask for everything in old versions.
        if (counts.Count == 0)
            return counts;
        foreach (MetadataResponse.MetadataResponseTopic topic in
            await AskAsync([.. counts.Keys], cancellationToken).ConfigureAwait(false))
        {
            if (topic.Name is { } name && counts.ContainsKey(name))
                counts[name] = topic.Partitions.Count;
        }

        return counts;
    }

    /// <summary>Tells whether topics have come or gone, or their partitions, so that the group has to share them
    /// anew.</summary>
    /// <param name="joined">What the member knew in the last round.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>A task with the answer.</returns>
    /// <exception cref="StreamLogException">There is no answer.</exception>
    public async ValueTask<bool> HaveChangedAsync(JoinedGroup joined, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> topics = await SubscribedAsync(cancellationToken).ConfigureAwait(false);
        if (!topics.SequenceEqual(joined.Topics, StringComparer.Ordinal))
            return true;
        if (joined.PartitionCounts is not { } before)
            return false;

        IReadOnlyDictionary<string, int> now =
            await CountAsync(before.Keys, cancellationToken).ConfigureAwait(false);
        return before.Any(topic => now[topic.Key] != topic.Value);
    }

    private async ValueTask<List<MetadataResponse.MetadataResponseTopic>> AskAsync(
        List<string>? topics, CancellationToken cancellationToken)
    {
        MetadataRequest request = new()
        {
            AllowAutoTopicCreation = false,
            Topics = topics?.ConvertAll(
                static topic => new MetadataRequest.MetadataRequestTopic { Name = topic }),
        };
        MetadataResponse response =
            await _session.SendAsync(request, _timeout, cancellationToken).ConfigureAwait(false);
        return response.ErrorCode == ErrorCode.None
            ? response.Topics
            : throw ClientErrors.Refused(response.ErrorCode, "The metadata of topics");
    }

    // What the coordinators of the newer protocol take: no look-around, and linear time.
    private static Regex Parse(string pattern)
    {
        const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        try
        {
            // By itself first, or brackets of its own could close ours.
            _ = new Regex(pattern, Options);
            return new Regex($@"\A(?:{pattern})\z", Options);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new StreamLogException(
                ErrorCode.InvalidRegularExpression,
                $"'{pattern}' is not a pattern for topics: {exception.Message} Use a regular expression without "
                + "look-around and back-references.",
                exception);
        }
    }
}
