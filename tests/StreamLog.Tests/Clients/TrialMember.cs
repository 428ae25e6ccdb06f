using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamLog.Clients;
using StreamLog.Protocol;

namespace StreamLog.Tests.Clients;

/// <summary>A member of a group that notes what it reads and is told.</summary>
internal sealed class TrialMember : IRebalanceListener, IAsyncDisposable
{
    private readonly GroupTrial _trial;
    private readonly CancellationTokenSource _stop = new();
    private Task _reading = Task.CompletedTask;

    public TrialMember(GroupTrial trial, Action<ConsumerOptions>? configure, Subscription subscription)
    {
        _trial = trial;
        Broker = new SeverableBroker(trial.Wrap(trial.Clients.Harness.Door))
        {
            Hidden = trial.IsClassic ? [ApiKey.ConsumerGroupHeartbeat] : [],
        };
        ConsumerOptions options = new() { Group = "g", RebalanceListener = this };
        configure?.Invoke(options);
        Consumer = new GroupConsumer<string, string>(
            subscription,
            Broker,
            trial.Clients.Harness.Environment,
            options,
            (Serdes.Utf8, Serdes.Utf8),
            NullLoggerFactory.Instance,
            trial.Metrics);
    }

    public SeverableBroker Broker { get; }

    public GroupConsumer<string, string> Consumer { get; }

    public ConcurrentQueue<Record<string, string>> Read { get; } = new();

    public ConcurrentQueue<string> Heard { get; } = new();

    /// <summary>Gets or sets what it does with a record before it completes it.</summary>
    public Func<Record<string, string>, Task> Handle { get; set; } = _ => Task.CompletedTask;

    public Func<IReadOnlyCollection<TopicPartition>, Task> Revoking { get; set; } = _ => Task.CompletedTask;

    public Exception? Failure { get; private set; }

    public string[] Values => [.. Read.Select(record => record.Value)];

    /// <summary>Begins to read, and completes each record.</summary>
    public TrialMember Start()
    {
        _reading = Task.Run(async () =>
        {
            try
            {
                await foreach (Record<string, string> record in Consumer.ReadAllAsync(_stop.Token))
                {
                    Read.Enqueue(record);
                    await Handle(record);
                    record.Complete();
                }
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception exception)
            {
                Failure = exception;
            }
        });
        return this;
    }

    /// <summary>Cuts it off from the broker, as if its process were gone.</summary>
    public void Sever()
    {
        Broker.IsSevered = true;
        lock (_trial.Owners)
        {
            foreach ((TopicPartition partition, TrialMember owner) in _trial.Owners.ToList())
            {
                if (owner == this)
                    _trial.Owners.Remove(partition);
            }
        }
    }

    public ValueTask AssignedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        Note("+", partitions);
        lock (_trial.Owners)
        {
            foreach (TopicPartition partition in partitions)
            {
                if (!Broker.IsSevered && !_trial.Owners.TryAdd(partition, this))
                    _trial.Faults.Add($"{partition} has two owners.");
            }
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask RevokedAsync(
        IReadOnlyCollection<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        await Revoking(partitions);
        Note("-", partitions);
        Release(partitions);
    }

    public ValueTask LostAsync(IReadOnlyCollection<TopicPartition> partitions)
    {
        Note("!", partitions);
        Release(partitions);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Consumer.DisposeAsync();
        await _stop.CancelAsync();

        // It has a record at hand only where a test has failed, which is then to tell of that.
        await _reading.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Note(string what, IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (TopicPartition partition in partitions.OrderBy(partition => partition.Partition))
            Heard.Enqueue($"{what}{partition.Partition}");
    }

    private void Release(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (_trial.Owners)
        {
            foreach (TopicPartition partition in partitions)
            {
                if (_trial.Owners.GetValueOrDefault(partition) == this)
                    _trial.Owners.Remove(partition);
            }
        }
    }
}
