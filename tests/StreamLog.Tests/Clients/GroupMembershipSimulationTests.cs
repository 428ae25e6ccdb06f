using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>
/// Goal: whatever happens to its members, a partition has one owner at a time as the members themselves are told,
/// committed offsets never go back, nothing is committed that nobody has handled, and in the end everything is handled
/// and committed. Method: consumers that a seed lets join, leave, crash, lose their broker for a moment and be slow,
/// while records come and the topic grows; over virtual time, by either protocol or by both in one group. What is
/// asserted holds however the consumers race.
/// </summary>
public sealed class GroupMembershipSimulationTests
{
    private const int Steps = 25;

    public static TheoryData<int, Protocols> Seeds =>
        [.. Enumerable.Range(1, 12).Select(seed => (seed, (Protocols)(seed % 3)))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Members_come_and_go_and_everything_is_handled(int seed, Protocols protocols)
    {
        await using GroupTrial trial = await GroupTrial.StartAsync(3);
        await new Simulation(trial, seed, protocols).RunAsync();
    }

    /// <summary>What members speak.</summary>
    public enum Protocols
    {
        /// <summary>The consumer protocol.</summary>
        Consumer,

        /// <summary>The classic one.</summary>
        Classic,

        /// <summary>Some speak this one and some that one, so that their group changes over and back.</summary>
        Both,
    }

    private sealed class Simulation(GroupTrial trial, int seed, Protocols protocols)
    {
        private readonly Random _random = new(seed);
        private readonly List<TrialMember> _all = [];
        private readonly List<TrialMember> _living = [];
        private readonly Dictionary<int, int> _appended = [];
        private readonly Dictionary<int, long> _committed = [];

        public async Task RunAsync()
        {
            Join();
            for (int step = 0; step < Steps; step++)
            {
                await DisturbAsync();
                await trial.PassAsync(TimeSpan.FromMilliseconds(_random.Next(6_000)));
                await CheckAsync();
            }

            if (_living.Count == 0)
                Join();
            await trial.SharedAsync([.. _living]);
            foreach ((int partition, int count) in _appended)
                await CommittedAsync(partition, count);
            await CheckAsync();
        }

        private async Task DisturbAsync()
        {
            switch (_random.Next(12))
            {
                case 0 or 1 when _living.Count < 4 && _living.Count < trial.PartitionCount:
                    Join();
                    break;
                case 2 when _living.Count > 1:
                    TrialMember leaving = Take();
                    await trial.Clients.Harness.Environment.RunAsync(leaving.DisposeAsync().AsTask());
                    break;
                case 3 when _living.Count > 1:
                    Take().Sever();
                    break;
                case 4 when _living.Count > 0:
                    await CutAsync(_living[_random.Next(_living.Count)]);
                    break;
                case 5 when trial.PartitionCount < 6:
                    trial.PartitionCount++;
                    await trial.Clients.Admin.CreatePartitionsAsync("orders", trial.PartitionCount);
                    break;
                default:
                    await AppendAsync();
                    break;
            }
        }

        private void Join()
        {
            bool isSlow = _random.Next(3) == 0;
            TrialMember member = trial.Join();
            if (protocols == Protocols.Classic || (protocols == Protocols.Both && _random.Next(2) == 0))
                member.Broker.Hidden = [ApiKey.ConsumerGroupHeartbeat];
            if (isSlow)
                member.Handle = _ => Task.Delay(TimeSpan.FromMilliseconds(700), trial.Clients.Harness.Time);
            _all.Add(member);
            _living.Add(member.Start());
        }

        private TrialMember Take()
        {
            TrialMember member = _living[_random.Next(_living.Count)];
            _living.Remove(member);
            return member;
        }

        /// <summary>Has a member lose its broker for less than its session.</summary>
        private async Task CutAsync(TrialMember member)
        {
            member.Broker.IsSevered = true;
            await trial.PassAsync(TimeSpan.FromMilliseconds(_random.Next(4_000)));
            member.Broker.IsSevered = false;
        }

        private async Task AppendAsync()
        {
            int partition = _random.Next(trial.PartitionCount);
            int begin = _appended.GetValueOrDefault(partition);
            int count = 1 + _random.Next(4);
            _appended[partition] = begin + count;
            await trial.AppendAsync(
                partition, [.. Enumerable.Range(begin, count).Select(offset => $"{partition}-{offset}")]);
        }

        private async Task CommittedAsync(int partition, int count)
        {
            for (int i = 0; i < 600 && await trial.CommittedAsync(partition) != count; i++)
                await trial.PassAsync(TimeSpan.FromMilliseconds(500));
            Assert.Equal(count, await trial.CommittedAsync(partition));
        }

        private async Task CheckAsync()
        {
            foreach ((int partition, int _) in _appended)
            {
                long committed = await trial.CommittedAsync(partition) ?? 0;
                Assert.True(committed >= _committed.GetValueOrDefault(partition), $"{partition} went back.");
                _committed[partition] = committed;
                HashSet<string> handled = [.. _all.SelectMany(member => member.Values)];
                for (int offset = 0; offset < committed; offset++)
                    Assert.Contains($"{partition}-{offset}", handled);
            }

            lock (trial.Owners)
                Assert.Empty(trial.Faults);
            Assert.All(_living, member => Assert.Null(member.Failure));
        }
    }
}
