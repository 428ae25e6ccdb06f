using System.Globalization;
using StreamLog.Simulation;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Groups.Share;

/// <summary>A queue on a node, from a seed and in virtual time: members take, do, release, reject and forget records,
/// leave and come, and the node loses power.</summary>
public sealed class ShareSimulationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 15)];

    /// <summary>Goal: no record is with two members while its lock lasts; none that was acknowledged comes again, also
    /// after a power cut; none is delivered more than five times; none is lost.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public Task Every_record_is_done_or_given_up_or_comes_again(int seed) => new Simulation(seed).RunAsync();

    private sealed class Simulation(int seed)
    {
        private const int Limit = 5;
        private static readonly TimeSpan Lock = TimeSpan.FromSeconds(30);

        private readonly Random _random = new(seed);
        private readonly HashSet<long> _over = [];
        private readonly Dictionary<long, (string Member, DateTimeOffset Until, int Count)> _locks = [];
        private readonly Dictionary<string, ShareClient> _members = [];
        private BrokerHarness _broker = null!;
        private int _produced;

        public async Task RunAsync()
        {
            ShareClient first = await ShareClient.StartAsync("m0", new SimulatedDisk());
            _broker = first.Broker;
            _members["m0"] = first;
            for (int step = 0; step < 80; step++)
                await StepAsync();
            await DrainAsync();
            Assert.Equal(Enumerable.Range(0, _produced).Select(offset => (long)offset), _over.Order());
            await _broker.DisposeAsync();
        }

        private async Task StepAsync()
        {
            string name = $"m{_random.Next(3)}";
            if (!_members.TryGetValue(name, out ShareClient? member))
                _members[name] = member = await _members.Values.First().JoinAsync(name);
            switch (_random.Next(10))
            {
                case 0:
                    string[] values = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => $"{_produced++}")];
                    await _broker.ProduceAsync("jobs", 0, values);
                    break;
                case 1:
                    await AdvanceAsync(TimeSpan.FromSeconds(_random.Next(1, 20)));
                    break;
                case 2 when _random.Next(4) == 0:
                    await CrashAsync();
                    break;
                case 3 when _members.Count > 1:
                    await member.LeaveAsync();
                    _members.Remove(name);
                    foreach (long offset in HeldBy(name))
                        _locks.Remove(offset);
                    break;
                case 4 or 5 or 6:
                    await FetchAsync(name, _random.Next(1, 6));
                    break;
                default:
                    foreach (long offset in HeldBy(name).Take(2))
                        await SayAsync(name, offset, _random.Next(1, 4));
                    break;
            }
        }

        private async Task FetchAsync(string name, int maxRecords)
        {
            DateTimeOffset until = _broker.Time.GetUtcNow() + Lock;
            foreach (string text in await _members[name].FetchAsync(maxRecords))
            {
                long offset = long.Parse(text.Split(':')[0], CultureInfo.InvariantCulture);
                int count = int.Parse(text.Split('x')[1], CultureInfo.InvariantCulture);
                Assert.DoesNotContain(offset, _over);
                Assert.InRange(count, 1, Limit);
                Assert.True(_locks.TryAdd(offset, (name, until, count)), $"{offset} is with two members.");
            }
        }

        private async Task SayAsync(string name, long offset, int type)
        {
            const int Release = 2;
            Assert.Equal(ErrorCode.None, await _members[name].SayAsync((offset, offset, type)));
            if (type != Release || _locks[offset].Count == Limit)
                _over.Add(offset);
            _locks.Remove(offset);
        }

        private async Task AdvanceAsync(TimeSpan time)
        {
            _broker.Time.Advance(time);
            foreach ((long offset, (_, DateTimeOffset until, int count)) in _locks.ToArray())
            {
                if (until > _broker.Time.GetUtcNow())
                    continue;
                _locks.Remove(offset);
                if (count == Limit)
                    _over.Add(offset);
            }

            foreach (ShareClient member in _members.Values)
                Assert.Equal(ErrorCode.None, await member.HeartbeatAsync());
        }

        private async Task CrashAsync()
        {
            // Answered once the locks are written down that have run out: nobody waits for that otherwise.
            await _members.Values.First().DescribeAllAsync();
            _broker = await _broker.CrashAsync();
            _locks.Clear();
            foreach ((string name, ShareClient member) in _members.ToArray())
            {
                _members[name] = member.Over(_broker);
                Assert.Equal(ErrorCode.None, await _members[name].HeartbeatAsync());
            }
        }

        private async Task DrainAsync()
        {
            for (int round = 0; round < 10; round++)
            {
                await AdvanceAsync(TimeSpan.FromSeconds(16));
                await AdvanceAsync(TimeSpan.FromSeconds(16));
                foreach (string name in _members.Keys.ToArray())
                {
                    await FetchAsync(name, 1_000);
                    foreach (long offset in HeldBy(name))
                        await SayAsync(name, offset, type: 1);
                }
            }
        }

        private long[] HeldBy(string name) =>
            [.. _locks.Where(held => held.Value.Member == name).Select(held => held.Key).Order()];
    }
}
