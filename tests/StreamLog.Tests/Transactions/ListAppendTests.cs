using System.Collections.Concurrent;
using StreamLog.Clients;
using StreamLog.Clients.Transacting;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Clients;
using Xunit;

namespace StreamLog.Tests.Transactions;

/// <summary>Jepsen's workload for Kafka: workers append values to lists, several in a transaction, and read them, while
/// requests and answers get lost and workers are replaced.</summary>
public sealed class ListAppendTests
{
    private const int ListCount = 4;
    private const int WorkerCount = 3;
    private const int TransactionsEach = 20;

    private enum Fate
    {
        Committed,
        Aborted,
        Unknown,
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Lists_hold_what_was_committed_whole_once_and_in_order(int seed)
    {
        await using LocalClients clients = await LocalClients.StartAsync();
        await clients.Harness.CreateTopicAsync("lists", ListCount);
        await using TransactionTrial trial = new(clients);
        Random faults = new(seed);
        trial.Broker.IsCut = request => IsFaulty(request, faults, 6);
        trial.Broker.LosesAnswer = request => IsFaulty(request, faults, 6);
        Worker[] workers = [.. Enumerable.Range(0, WorkerCount).Select(i => new Worker(trial, seed, i))];
        await clients.Harness.Environment.RunAsync(Task.WhenAll(workers.Select(worker => Task.Run(worker.RunAsync))));

        trial.Broker.IsCut = null;
        trial.Broker.LosesAnswer = null;

        // What the last of each worker left open is aborted by whoever comes next.
        foreach (Worker worker in workers)
            await worker.EndAsync();
        List<string>[] lists = new List<string>[ListCount];
        for (int list = 0; list < ListCount; list++)
        {
            string read = await trial.CommittedAsync(new TopicPartition("lists", list));
            lists[list] = [.. read.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            Assert.Equal(lists[list].Count, lists[list].Distinct().Count());
        }

        Written[] written = [.. workers.SelectMany(worker => worker.Written)];
        Assert.Contains(written, transaction => transaction.Fate == Fate.Committed);
        foreach (Written transaction in written)
            Check(transaction, lists);
        Assert.Equal(
            lists.Sum(list => list.Count),
            written.Sum(transaction => transaction.Appends.Count(append => lists[append.List].Contains(append.Value))));
        foreach (Worker worker in workers)
        {
            for (int list = 0; list < ListCount; list++)
                Assert.Equal(lists[list].Take(worker.Polled[list].Count), worker.Polled[list]);
        }
    }

    private static void Check(Written transaction, List<string>[] lists)
    {
        int present = transaction.Appends.Count(append => lists[append.List].Contains(append.Value));
        Assert.True(
            transaction.Fate switch
            {
                Fate.Committed => present == transaction.Appends.Count,
                Fate.Aborted => present == 0,
                _ => present == 0 || present == transaction.Appends.Count,
            },
            $"{transaction.Fate}: {present} of {transaction.Appends.Count} are there.");
        if (present == 0)
            return;
        foreach (IGrouping<int, (int List, string Value)> own in transaction.Appends.GroupBy(append => append.List))
        {
            IEnumerable<int> places = own.Select(append => lists[own.Key].IndexOf(append.Value));
            Assert.Equal(places.Order(), places);
        }
    }

    private static bool IsFaulty(object request, Random faults, int percent)
    {
        if (request is not (ProduceRequest or EndTxnRequest or InitProducerIdRequest))
            return false;
        lock (faults)
            return faults.Next(100) < percent;
    }

    private sealed class Written
    {
        public List<(int List, string Value)> Appends { get; } = [];

        public Fate Fate { get; set; } = Fate.Unknown;
    }

    /// <summary>Does transactions under one name, as one process after another would.</summary>
    private sealed class Worker
    {
        private readonly TransactionTrial _trial;
        private readonly Random _random;
        private readonly string _name;
        private TransactionalProducer _producer;
        private IProducer<string, string> _lists;
        private int _values;

        public Worker(TransactionTrial trial, int seed, int number)
        {
            _trial = trial;
            _random = new Random((seed * 100) + number);
            _name = $"w{number}";
            Replace();
        }

        public ConcurrentQueue<Written> Written { get; } = new();

        public List<string>[] Polled { get; } = [.. Enumerable.Range(0, ListCount).Select(_ => new List<string>())];

        public async Task RunAsync()
        {
            await using Consumer<string, string> reader = _trial.Clients.Consumer(
                options => options.Isolation = IsolationLevel.ReadCommitted);
            await reader.AssignAsync(
                [.. Enumerable.Range(0, ListCount).Select(list => new TopicPartition("lists", list))],
                StartAt.Earliest);
            using CancellationTokenSource stop = new();
            await using IAsyncEnumerator<Record<string, string>> records =
                reader.ReadAllAsync(stop.Token).GetAsyncEnumerator();
            ValueTask<bool> next = records.MoveNextAsync();
            for (int i = 0; i < TransactionsEach; i++)
            {
                await WriteAsync();
                while (next.IsCompleted)
                    next = await PollAsync(records, next);
            }

            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                while (true)
                    next = await PollAsync(records, next);
            });
        }

        /// <summary>Takes the name over once more, which ends whatever is open.</summary>
        public async Task EndAsync()
        {
            Replace(TimeSpan.FromMinutes(1));
            await (await _trial.RunAsync(_producer.BeginAsync())).DisposeAsync();
        }

        private async Task<ValueTask<bool>> PollAsync(
            IAsyncEnumerator<Record<string, string>> records, ValueTask<bool> next)
        {
            Assert.True(await next);
            Polled[records.Current.Position.Partition].Add(records.Current.Value);
            return records.MoveNextAsync();
        }

        private async Task WriteAsync()
        {
            Written written = new();
            try
            {
                ITransaction transaction = await _producer.BeginAsync();
                for (int count = _random.Next(1, 5); count > 0; count--)
                {
                    int list = _random.Next(ListCount);
                    string value = $"{_name}.{_values++}";
                    written.Appends.Add((list, value));
                    await _lists.EnqueueAsync("lists", new("k", value) { Partition = list });
                }

                Written.Enqueue(written);
                await EndAsync(transaction, written);
            }
            catch (StreamLogException)
            {
                // The transaction before is in doubt, or this one never began.
                if (written.Appends.Count == 0)
                    written.Fate = Fate.Aborted;
                Replace();
            }
        }

        private async Task EndAsync(ITransaction transaction, Written written)
        {
            switch (_random.Next(10))
            {
                case 0:
                    // Gone without a word, while another process takes its name.
                    Replace();
                    written.Fate = Fate.Aborted;
                    break;
                case 1 or 2:
                    await transaction.DisposeAsync();
                    written.Fate = Fate.Aborted;
                    break;
                default:
                    try
                    {
                        await transaction.CommitAsync();
                        written.Fate = Fate.Committed;
                    }
                    catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.TransactionAbortable)
                    {
                        written.Fate = Fate.Aborted;
                    }

                    await transaction.DisposeAsync();
                    break;
            }
        }

        [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_producer), nameof(_lists))]
        private void Replace(TimeSpan? maxBlock = null)
        {
            _producer = _trial.Producer(_name, options =>
            {
                options.MaxBlock = maxBlock ?? TimeSpan.FromMilliseconds(100);
                options.RequestTimeout = TimeSpan.FromSeconds(2);
                options.TransactionTimeout = TimeSpan.FromMinutes(10);
            });
            _lists = _producer.CreateProducer<string, string>();
        }
    }
}
