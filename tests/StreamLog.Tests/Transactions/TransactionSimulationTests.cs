using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Transactions;

/// <summary>Producers that begin, write, commit, abort, are fenced and run out of time, over restarts and power
/// cuts.</summary>
public sealed class TransactionSimulationTests
{
    private static readonly string[] Topics = ["orders", "payments"];

    /// <summary>Goal: readers of committed records see all of a transaction or nothing, and what was acknowledged as
    /// committed is there whatever happened since. Method: random steps; after some of them all is read and compared
    /// with what was acknowledged.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Transactions_are_seen_whole_or_not_at_all(int seed)
    {
        Random random = new(seed);
        Run run = new(await BrokerHarness.StartAsync(files: new SimulatedDisk()), random);
        foreach (string topic in Topics)
            await run.Broker.CreateTopicAsync(topic, 2);

        for (int step = 0; step < 120; step++)
        {
            await run.StepAsync(step);
            if (step % 20 == 19)
                await run.CheckAsync();
        }

        await run.FinishAsync();
        await run.Broker.DisposeAsync();
    }

    private sealed class Writer(TransactionalClient client)
    {
        public TransactionalClient Client { get; } = client;

        public List<(string Topic, int Partition, string Value)> Open { get; } = [];

        public int? Offset { get; set; }
    }

    private sealed class Run(BrokerHarness broker, Random random)
    {
        private readonly Dictionary<string, Writer> _writers = [];
        private readonly List<TransactionalClient> _zombies = [];
        private readonly List<(string Topic, int Partition, string Value)> _committed = [];
        private int _committedOffset = -1;

        public BrokerHarness Broker { get; private set; } = broker;

        public async Task StepAsync(int step)
        {
            string id = $"tx-{random.Next(3)}";
            if (!_writers.TryGetValue(id, out Writer? writer))
            {
                await ReplaceAsync(id);
                return;
            }

            switch (random.Next(20))
            {
                case < 8:
                    await ProduceAsync(writer, step);
                    break;
                case < 11:
                    Settle(writer, await CommitOffsetAsync(writer, step));
                    break;
                case < 14:
                    await EndAsync(writer, isCommit: true);
                    break;
                case < 16:
                    await EndAsync(writer, isCommit: false);
                    break;
                case 16:
                    await ReplaceAsync(id);
                    break;
                case 17:
                    await HauntAsync();
                    break;
                case 18:
                    await RestartAsync();
                    break;
                default:
                    await RunOutOfTimeAsync();
                    break;
            }
        }

        public async Task CheckAsync()
        {
            await Broker.Broker.WaitTransactionsIdleAsync();
            foreach (string topic in Topics)
            {
                for (int partition = 0; partition < 2; partition++)
                {
                    List<string> seen = await CommittedReading.ReadAsync(Broker, topic, partition);
                    Assert.Equal(seen.Count, seen.Distinct().Count());
                    Assert.Subset(Committed(topic, partition), seen.ToHashSet());
                }
            }
        }

        public async Task FinishAsync()
        {
            await RunOutOfTimeAsync();
            await Broker.Broker.WaitTransactionsIdleAsync();
            foreach (string topic in Topics)
            {
                for (int partition = 0; partition < 2; partition++)
                {
                    List<string> seen = await CommittedReading.ReadAsync(Broker, topic, partition);
                    Assert.Equal(Committed(topic, partition).Order(), seen.Order());
                }
            }

            OffsetFetchResponse offsets = await Broker.SendAsync(new OffsetFetchRequest
            {
                RequireStable = true,
                Groups = [new() { GroupId = "g", Topics = [new() { Name = "orders", PartitionIndexes = [0] }] }],
            });
            OffsetFetchResponse.OffsetFetchResponsePartitions offset =
                offsets.Groups.Single().Topics.Single().Partitions.Single();
            Assert.Equal((ErrorCode.None, (long)_committedOffset), (offset.ErrorCode, offset.CommittedOffset));
        }

        private HashSet<string> Committed(string topic, int partition) =>
        [
            .. _committed
                .Where(record => record.Topic == topic && record.Partition == partition)
                .Select(record => record.Value),
        ];

        private async Task ReplaceAsync(string id)
        {
            if (_writers.Remove(id, out Writer? before))
                _zombies.Add(before.Client);
            TransactionalClient client = new(Broker, id);
            Assert.Equal(ErrorCode.None, await client.InitAsync());
            _writers[id] = new Writer(client);
        }

        private async Task ProduceAsync(Writer writer, int step)
        {
            (string Topic, int Partition, string Value) record =
                (Topics[random.Next(2)], random.Next(2), $"value-{step}");
            ErrorCode error = await writer.Client.ProduceAsync(record.Topic, record.Partition, record.Value);
            Settle(writer, error);
            if (error == ErrorCode.None)
                writer.Open.Add(record);
        }

        private static async Task<ErrorCode> CommitOffsetAsync(Writer writer, int step)
        {
            ErrorCode error = await writer.Client.CommitOffsetAsync("g", "orders", 0, step);
            if (error == ErrorCode.None)
                writer.Offset = step;
            return error;
        }

        private async Task EndAsync(Writer writer, bool isCommit)
        {
            ErrorCode error = await writer.Client.EndAsync(isCommit);
            if (error == ErrorCode.ConcurrentTransactions)
            {
                // The one before is still ending, and nothing has been written since.
                Assert.Empty(writer.Open);
                return;
            }

            bool isNothing = isCommit && writer.Open.Count == 0 && writer.Offset is null;
            Assert.Equal(isNothing ? ErrorCode.InvalidTransactionState : ErrorCode.None, error);
            if (isCommit && !isNothing)
            {
                _committed.AddRange(writer.Open);

                // A later record counts, in whatever order the transactions end.
                _committedOffset = Math.Max(_committedOffset, writer.Offset ?? -1);
            }

            writer.Open.Clear();
            writer.Offset = null;
        }

        private static void Settle(Writer writer, ErrorCode error) =>
            Assert.True(error == ErrorCode.None, $"{writer.Client.ProducerId} was answered {error}");

        private async Task HauntAsync()
        {
            foreach (TransactionalClient zombie in _zombies)
            {
                Assert.NotEqual(ErrorCode.None, await zombie.ProduceAsync("orders", random.Next(2), "zombie"));
                Assert.NotEqual(ErrorCode.None, await zombie.CommitOffsetAsync("g", "orders", 0, 1_000_000));
                Assert.NotEqual(ErrorCode.None, await zombie.EndAsync(random.Next(2) == 0));
            }
        }

        private async Task RestartAsync()
        {
            Broker = random.Next(2) == 0 ? await Broker.RestartAsync() : await Broker.CrashAsync();
            foreach (TransactionalClient client in _writers.Values.Select(writer => writer.Client).Concat(_zombies))
                client.Broker = Broker;
        }

        private async Task RunOutOfTimeAsync()
        {
            Broker.Time.Advance(TimeSpan.FromMinutes(1));
            ListTransactionsRequest busy = new() { StateFilters = ["Ongoing", "PrepareCommit", "PrepareAbort"] };
            while ((await Broker.SendAsync(busy)).TransactionStates.Count > 0)
                await Task.Yield();
            foreach ((string id, Writer writer) in _writers.ToArray())
            {
                if (writer.Open.Count == 0 && writer.Offset is null)
                    continue;

                Assert.Equal(ErrorCode.ProducerFenced, await writer.Client.CommitAsync());
                await ReplaceAsync(id);
            }
        }
    }
}
