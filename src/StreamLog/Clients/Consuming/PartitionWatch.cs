using Microsoft.Extensions.Logging;

namespace StreamLog.Clients.Consuming;

/// <summary>Looks from time to time whether a topic has got more partitions, for those who read all of it.</summary>
/// <remarks>It runs from its creation to its disposal.</remarks>
internal sealed partial class PartitionWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly BrokerSession _session;
    private readonly string _topic;
    private readonly Func<IReadOnlyList<TopicPartition>, CancellationToken, ValueTask> _grown;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Begins to watch.</summary>
    /// <param name="session">The way to the broker.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="count">The number of partitions so far.</param>
    /// <param name="grown">Called with all partitions when there are more. What it throws is tried again.</param>
    /// <param name="logger">Where it logs.</param>
    public PartitionWatch(
        BrokerSession session,
        string topic,
        int count,
        Func<IReadOnlyList<TopicPartition>, CancellationToken, ValueTask> grown,
        ILogger logger)
    {
        _session = session;
        _topic = topic;
        _grown = grown;
        _logger = logger;
        _running = RunAsync(count);
    }

    /// <summary>Names the partitions of a topic.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="count">Their number.</param>
    /// <returns>The partitions.</returns>
    public static IReadOnlyList<TopicPartition> All(string topic, int count) =>
        [.. Enumerable.Range(0, count).Select(partition => new TopicPartition(topic, partition))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(int count)
    {
        while (true)
        {
            await Task.Delay(Interval, _session.Time, _stop.Token).ConfigureAwait(false);
            try
            {
                TopicMetadata topic = await _session
                    .FindTopicAsync(_topic, mayCreate: false, TimeSpan.FromSeconds(30), _stop.Token)
                    .ConfigureAwait(false);
                if (topic.PartitionCount <= count)
                    continue;
                await _grown(All(_topic, topic.PartitionCount), _stop.Token).ConfigureAwait(false);
                Log.Grown(_logger, _topic, count, topic.PartitionCount);
                count = topic.PartitionCount;
            }
            catch (StreamLogException exception)
            {
                // The reading of the partitions tells what is wrong, if it is anything that matters.
                Log.NoMetadata(_logger, exception, _topic);
            }
        }
    }
}
