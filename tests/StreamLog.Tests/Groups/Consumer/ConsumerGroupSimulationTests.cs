using StreamLog.Groups.Assignors;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Groups.Consumer;

/// <summary>
/// Goal: whatever happens to a group, no partition is used by two members, epochs never go back, the log says what the
/// group says, and left alone it comes to rest with everything in use. Method: members that obey the protocol, over
/// virtual time and from a seed, come, leave, crash, are slow, come back, and miss answers; topics come, grow and go;
/// the coordinator starts anew.
/// </summary>
public sealed class ConsumerGroupSimulationTests
{
    private const int Steps = 250;

    private static readonly string[] Topics = ["a", "b", "ab", "c"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_group_never_shares_a_partition_and_comes_to_rest(int seed) => new Simulation(seed).Run();

    private sealed class Simulation(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly ConsumerGroupDriver _group = new();
        private readonly List<SimulatedMember> _members = [];
        private readonly Dictionary<string, int> _partitions = [];
        private readonly Queue<string> _freeInstances = new(["i1", "i2"]);
        private int _created;
        private (int Epoch, int Assignment) _epochs;

        public void Run()
        {
            for (int step = 0; step < Steps; step++)
            {
                Disturb();
                Beat(loss: 0.1);
                Pass(_random.Next(1, 4_000));
            }

            for (int round = 0; round < 100; round++)
            {
                Beat(loss: 0);
                Pass(2_000);
            }

            AssertAtRest();
        }

        private void Disturb()
        {
            switch (_random.Next(24))
            {
                case 0 or 1 when _members.Count < 7:
                    Join();
                    break;
                case 2 when _members.Count > 0:
                    Stop(Pick(), leaves: true);
                    break;
                case 3 when _members.Count > 0:
                    Stop(Pick(), leaves: false);
                    break;
                case 4 when _members.Count > 0:
                    Subscribe(Pick());
                    break;
                case 5:
                    ChangeTopic();
                    break;
                case 6:
                    if (_random.Next(2) == 0)
                        _group.Compact();
                    _group.Reload();
                    break;
                case 7 when _random.Next(4) == 0:
                    // Everybody is silent for a while, and may be given up.
                    Pass(_random.Next(20_000, 50_000), membersKnow: true);
                    break;
            }
        }

        private void Join()
        {
            string? instance = _random.Next(3) == 0 && _freeInstances.TryDequeue(out string? free) ? free : null;
            SimulatedMember member = new($"m{_created++}", instance);
            Subscribe(member);
            _members.Add(member);
        }

        private void Subscribe(SimulatedMember member) => member.Subscribe(
            [.. Topics.Where(_ => _random.Next(3) > 0)], _random.Next(4) == 0 ? "a.*" : "");

        private void Stop(SimulatedMember member, bool leaves)
        {
            _members.Remove(member);
            if (member.InstanceId is not null)
                _freeInstances.Enqueue(member.InstanceId);
            if (!leaves || member.Epoch == 0)
                return;

            bool isForGood = member.InstanceId is null || _random.Next(2) == 0;
            _group.Send(new()
            {
                GroupId = ConsumerGroupDriver.Group,
                MemberId = member.MemberId,
                InstanceId = member.InstanceId,
                MemberEpoch = isForGood ? -1 : -2,
            });
            AssertSound();
        }

        private void ChangeTopic()
        {
            string topic = Topics[_random.Next(Topics.Length)];
            int partitions = _partitions.GetValueOrDefault(topic);
            partitions = partitions > 0 && _random.Next(5) == 0 ? 0 : partitions + _random.Next(1, 4);
            _partitions[topic] = partitions;
            _group.SetTopic(topic, partitions);
        }

        private void Beat(double loss)
        {
            foreach (SimulatedMember member in _members.OrderBy(_ => _random.Next()).ToArray())
            {
                ConsumerGroupHeartbeatRequest request = member.CreateRequest();
                if (_random.NextDouble() < loss / 2)
                {
                    member.Miss();
                    continue;
                }

                ConsumerGroupHeartbeatResponse response = _group.Send(request);
                if (_random.NextDouble() < loss)
                    member.Miss();
                else
                    Receive(member, response);
                AssertSound();
            }
        }

        private void Receive(SimulatedMember member, ConsumerGroupHeartbeatResponse response)
        {
            int before = member.Epoch;
            bool wasBusy = member.IsBusy;
            if (!member.Receive(response))
            {
                Assert.Contains(response.ErrorCode,
                    new[] { ErrorCode.UnknownMemberId, ErrorCode.FencedMemberEpoch, ErrorCode.UnreleasedInstanceId });
                return;
            }

            Assert.True(member.Epoch >= before, $"{member.MemberId} went from epoch {before} to {member.Epoch}.");

            // Some are slow to give back, within the time that they have.
            if (member.IsBusy && !wasBusy)
                member.BusyUntil = _group.Now + (_random.Next(3) == 0 ? _random.Next(30_000) : 0);
            member.Work(_group.Now);
        }

        private void Pass(long milliseconds, bool membersKnow = false)
        {
            _group.Advance(milliseconds);
            foreach (SimulatedMember member in _members)
                member.Work(_group.Now);

            // Who was not heard for so long knows it, and stops using anything.
            if (membersKnow)
            {
                foreach (SimulatedMember member in _members)
                {
                    if (_group.State.Records.Find(member.MemberId) is null)
                        member.Receive(new() { ErrorCode = ErrorCode.UnknownMemberId });
                }
            }

            AssertSound();
            (string inLog, string inMemory) = _group.Compare();
            Assert.Equal(inMemory, inLog);
        }

        private SimulatedMember Pick() => _members[_random.Next(_members.Count)];

        private void AssertSound()
        {
            foreach (IGrouping<TopicIdPartition, SimulatedMember> owners in
                _members.SelectMany(member => member.Owned, (member, partition) => (member, partition))
                    .GroupBy(pair => pair.partition, pair => pair.member))
            {
                string users = string.Join(" and ", owners.Select(member => member.MemberId));
                Assert.True(
                    owners.Count() == 1, $"{ConsumerGroupDriver.Text([owners.Key])} is used by {users}.");
            }

            (int epoch, int assignment) = (_group.State.Records.Epoch, _group.State.Records.AssignmentEpoch);
            Assert.True(epoch >= _epochs.Epoch && assignment >= _epochs.Assignment && epoch >= assignment);
            _epochs = (epoch, assignment);
        }

        private void AssertAtRest()
        {
            Assert.Equal(_members.Count == 0 ? "Empty" : "Stable", _group.State.State);
            Assert.Equal(
                _members.Select(member => member.MemberId).Order(StringComparer.Ordinal),
                _group.State.Records.Members.Keys);
            string[] subscribed = [.. _partitions.Keys.Where(topic => _group.State.IsSubscribedTo(topic))];
            Assert.Equal(
                ConsumerGroupDriver.Text(subscribed.SelectMany(topic => Enumerable.Range(0, _partitions[topic])
                    .Select(number => new TopicIdPartition(ConsumerGroupDriver.IdOf(topic), number)))),
                ConsumerGroupDriver.Text(_members.SelectMany(member => member.Owned)));
        }
    }
}
