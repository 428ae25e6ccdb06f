using StreamLog.Groups.Consumer;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Groups.Consumer;
using Xunit;

namespace StreamLog.Tests.Groups.Migration;

/// <summary>
/// Goal: while members of both protocols come and go, and their group changes between the two, no partition is used by
/// two of them; a coordinator that starts anew finds the group that it was; and left alone the group comes to rest,
/// with the protocol of its members and everything in use. Method: clients that obey their protocol, over virtual time
/// and from a seed, come, leave, crash, change from one protocol to the other, are slow and miss answers; topics grow;
/// the coordinator starts anew, also on a compacted log.
/// </summary>
public sealed class MixedGroupSimulationTests
{
    private const int Steps = 400;

    private static readonly string[] Topics = ["a", "b", "c"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 80)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_group_of_both_protocols_never_shares_a_partition_and_comes_to_rest(int seed) =>
        new Simulation(seed).Run();

    private sealed class Simulation
    {
        private readonly Random _random;
        private readonly bool _isCooperative;
        private readonly bool _mayDowngrade;
        private readonly MixedGroup _group;
        private readonly List<ClassicConsumer> _classic = [];
        private readonly List<SimulatedMember> _modern = [];
        private readonly Dictionary<SimulatedMember, long> _heardAt = [];
        private readonly Queue<string> _freeInstances = new(["i1", "i2"]);
        private int _created;

        public Simulation(int seed)
        {
            _random = new Random(seed);
            _isCooperative = seed % 2 == 0;
            _mayDowngrade = seed % 5 != 0;
            _group = new MixedGroup(new GroupOptions
            {
                InitialRebalanceDelay = TimeSpan.FromSeconds(seed % 3 == 0 ? 3 : 0),
                MigrationPolicy = _mayDowngrade ? GroupMigrationPolicy.Bidirectional : GroupMigrationPolicy.Upgrade,
            });
            foreach (string topic in Topics)
                _group.SetTopic(topic, 1 + _random.Next(4));
        }

        public void Run()
        {
            for (int step = 0; step < Steps; step++)
            {
                Disturb();
                Work(loss: 0.1);
                Pass(_random.Next(1, 2_000));
            }

            for (int round = 0; round < 150; round++)
            {
                Work(loss: 0);
                Pass(1_000);
            }

            AssertAtRest();
        }

        private void Disturb()
        {
            switch (_random.Next(30))
            {
                case 0 or 1 when _classic.Count < 4:
                    JoinClassic(FreeInstance());
                    break;
                case 2 when _modern.Count < 4:
                    JoinModern(FreeInstance());
                    break;
                case 3 when _classic.Count > 0:
                    StopClassic(Pick(_classic), leaves: _random.Next(2) == 0);
                    break;
                case 4 or 5 when _modern.Count > 0:
                    StopModern(Pick(_modern), leaves: _random.Next(3) > 0);
                    break;
                case 6:
                    ChangeProtocol();
                    break;
                case 7 when _classic.Count > 0:
                    Pick(_classic).Subscribe(SomeTopics());
                    break;
                case 8 when _modern.Count > 0:
                    Pick(_modern).Subscribe([.. SomeTopics().Split(' ')], _random.Next(4) == 0 ? "a.*" : "");
                    break;
                case 9:
                    string topic = Topics[_random.Next(Topics.Length)];
                    _group.SetTopic(topic, _group.Image.Topics[topic].Partitions.Length + 1);
                    break;
                case 10 or 11:
                    Restart();
                    break;
                case 12 when _random.Next(3) == 0:
                    // Everybody is silent for a while, and may be given up.
                    Pass(_random.Next(5_000, 50_000));
                    break;
            }

            AssertSound();
        }

        private string SomeTopics() => string.Join(' ', Topics.Where(_ => _random.Next(3) > 0).Append("a").Distinct());

        private string? FreeInstance() =>
            _random.Next(3) == 0 && _freeInstances.TryDequeue(out string? free) ? free : null;

        private void JoinClassic(string? instance) =>
            _classic.Add(new ClassicConsumer(_group, instance, _isCooperative) { Topics = SomeTopics() });

        private void JoinModern(string? instance)
        {
            SimulatedMember member = new($"m{_created++}", instance);
            member.Subscribe([.. SomeTopics().Split(' ')], "");
            _modern.Add(member);
            _heardAt[member] = _group.Now;
        }

        private void StopClassic(ClassicConsumer client, bool leaves)
        {
            _classic.Remove(client);
            if (client.InstanceId is not null)
                _freeInstances.Enqueue(client.InstanceId);
            if (leaves && client.MemberId.Length > 0)
                _group.Leave((client.MemberId, client.InstanceId));
        }

        private void StopModern(SimulatedMember member, bool leaves)
        {
            _modern.Remove(member);
            _heardAt.Remove(member);
            if (member.InstanceId is not null)
                _freeInstances.Enqueue(member.InstanceId);
            if (!leaves || member.Epoch == 0)
                return;

            bool isForGood = member.InstanceId is null || _random.Next(2) == 0;
            _group.Beat(member.MemberId, isForGood ? -1 : -2, instanceId: member.InstanceId);
        }

        /// <summary>One application is started anew with the other protocol, under the static id that it has.</summary>
        private void ChangeProtocol()
        {
            if (_classic.Count > 0 && _random.Next(2) == 0)
            {
                ClassicConsumer client = Pick(_classic);
                _classic.Remove(client);
                JoinModern(client.InstanceId);
            }
            else if (_modern.Count > 0)
            {
                SimulatedMember member = Pick(_modern);
                _modern.Remove(member);
                _heardAt.Remove(member);
                JoinClassic(member.InstanceId);
            }
        }

        private void Restart()
        {
            if (_random.Next(2) == 0)
                _group.Compact();
            string? before = (_group.State as ConsumerGroup) is { } group ? ConsumerGroupDriver.TextOf(group) : null;
            _group.Restart();
            if (before is not null)
                Assert.Equal(before, ConsumerGroupDriver.TextOf(_group.Consumer));

            // Who waits is not answered any more.
            foreach (ClassicConsumer client in _classic)
                client.Miss();
        }

        private void Work(double loss)
        {
            foreach (ClassicConsumer client in _classic.OrderBy(_ => _random.Next()).ToArray())
            {
                if (_random.NextDouble() < loss)
                    continue;
                client.Act();
                if (_random.NextDouble() < loss / 2)
                    client.Miss();
                AssertSound();
            }

            foreach (SimulatedMember member in _modern.OrderBy(_ => _random.Next()).ToArray())
            {
                if (_random.NextDouble() < loss)
                    continue;
                ConsumerGroupHeartbeatResponse response = _group.Send(member.CreateRequest());
                if (_random.NextDouble() < loss)
                {
                    member.Miss();
                }
                else
                {
                    _heardAt[member] = _group.Now;
                    member.Receive(response);
                    member.Work(_group.Now);
                }

                AssertSound();
            }
        }

        private void Pass(long milliseconds)
        {
            _group.Advance(milliseconds);
            foreach (ClassicConsumer client in _classic)
                client.Hear();
            foreach (SimulatedMember member in _modern)
            {
                member.Work(_group.Now);

                // It knows by itself when its session is over.
                if (_group.Now - _heardAt[member] >= 45_000)
                    member.Receive(new() { ErrorCode = ErrorCode.UnknownMemberId });
            }

            AssertSound();
            if (_group.State is ConsumerGroup group && _random.Next(10) == 0)
            {
                Assert.Equal(
                    ConsumerGroupDriver.TextOf(group), ConsumerGroupDriver.TextOf((ConsumerGroup)_group.ReadLog()!));
            }
        }

        private T Pick<T>(List<T> list) => list[_random.Next(list.Count)];

        private IEnumerable<(string User, TopicPartition Partition)> Uses() => _classic
            .SelectMany(client => client.Owned, (client, partition) => ($"classic {client.MemberId}", partition))
            .Concat(_modern.SelectMany(
                member => PartitionLists.Name(member.Owned, _group.Image),
                (member, partition) => (member.MemberId, partition)));

        private void AssertSound()
        {
            foreach (IGrouping<TopicPartition, string> users in Uses().GroupBy(use => use.Partition, use => use.User))
                Assert.True(users.Count() == 1, $"{users.Key} is used by {string.Join(" and ", users)}.");
        }

        private void AssertAtRest()
        {
            if (_classic.Count + _modern.Count == 0)
            {
                Assert.True(_group.State is null or { IsEmpty: true });
                return;
            }

            Assert.Equal("Stable", _group.State!.State);
            Assert.Equal(
                _classic.Select(client => client.MemberId).Concat(_modern.Select(member => member.MemberId)).Order(),
                (_group.State is ConsumerGroup consumer
                    ? consumer.Records.Members.Keys
                    : _group.Classic.Members.Select(member => member.Id)).Order());
            if (_modern.Count > 0)
                Assert.Equal("consumer", _group.State.Type);
            else if (_mayDowngrade)
                Assert.Equal("classic", _group.State.Type);
            Assert.Equal(
                MixedGroup.Text(_group.Image.Topics.Values.Where(topic => _group.State.IsSubscribedTo(topic.Name))
                    .SelectMany(topic => Enumerable.Range(0, topic.Partitions.Length), (topic, number) =>
                        new TopicPartition(topic.Name, number))),
                MixedGroup.Text(Uses().Select(use => use.Partition)));
        }
    }
}
