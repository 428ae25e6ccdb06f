using StreamLog.Groups;
using StreamLog.Groups.Classic;
using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Messages;
using Xunit;
using static StreamLog.Tests.Groups.Classic.GroupMachine;

namespace StreamLog.Tests.Groups.Classic;

/// <summary>
/// Goal: whatever members do, a generation is one: the same protocol and leader for all of it, an assignment that its
/// leader made, nobody of an older one commits; and a coordinator that starts anew finds what it has acknowledged.
/// Method: clients join, dawdle, crash, come back, leave and change their minds by chance, over virtual time, while the
/// coordinator is started anew now and then. In the end chance stops, and the group must come to rest.
/// </summary>
public sealed class ClassicGroupSimulationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_generation_is_one_whatever_its_members_do(int seed)
    {
        Simulation simulation = new(seed);
        for (int step = 0; step < 1_500; step++)
            simulation.Step();

        simulation.ComeToRest();
    }

    private sealed class Client(string? instanceId)
    {
        public string? InstanceId => instanceId;

        public string MemberId { get; set; } = "";

        public byte Metadata { get; set; }

        public bool IsSlow { get; set; }

        public bool IsAway { get; set; } = true;

        public GroupReply<JoinGroupResponse>? Joining { get; set; }

        public JoinGroupResponse? Joined { get; set; }

        public GroupReply<SyncGroupResponse>? Syncing { get; set; }

        public bool IsMember { get; set; }

        public void Reset()
        {
            Joining = null;
            Joined = null;
            Syncing = null;
            IsMember = false;
        }
    }

    private sealed class Simulation
    {
        private readonly Random _random;
        private readonly GroupMachine _machine;
        private readonly List<Client> _clients;

        // Of each generation of each life of the coordinator.
        private readonly Dictionary<(int Life, int Generation), (string Protocol, string Leader)> _generations = [];
        private readonly Dictionary<(int Life, int Generation, string Member), byte> _assigned = [];
        private int _life;

        public Simulation(int seed)
        {
            _random = new Random(seed);
            ClassicGroupSettings settings = new() { InitialDelayMs = seed % 3 == 0 ? 3_000 : 0 };
            _machine = new GroupMachine(settings);
            _clients =
            [
                .. Enumerable.Range(0, 3 + (seed % 5)).Select(i => new Client(i % 3 == 2 ? $"static-{i}" : null)),
            ];
        }

        public void Step()
        {
            _machine.Advance(_random.Next(1_500));
            Client client = _clients[_random.Next(_clients.Count)];
            switch (_random.Next(200))
            {
                case 0:
                    Restart();
                    break;
                case < 4:
                    Crash(client);
                    break;
                case < 6:
                    Leave(client);
                    break;
                case < 8:
                    client.Metadata++;
                    Rejoin(client);
                    break;
                case < 10:
                    client.IsSlow = !client.IsSlow;
                    break;
                default:
                    if (!client.IsSlow || _random.Next(30) == 0)
                        Act(client);
                    break;
            }

            Check();
        }

        public void ComeToRest()
        {
            foreach (Client client in _clients)
                client.IsSlow = false;
            for (int round = 0; round < 400; round++)
            {
                _machine.Advance(500);
                foreach (Client client in _clients)
                    Act(client);
                Check();
            }

            Assert.Equal("Stable", _machine.Classic.State);
            Assert.Equal(
                _clients.Select(client => client.MemberId).Order(StringComparer.Ordinal),
                _machine.MemberIds.Order(StringComparer.Ordinal));
            Assert.All(_clients, client => Assert.True(client.IsMember));
            Assert.Equal(_clients.Count, _clients.Select(client => client.MemberId).Distinct().Count());
        }

        private void Act(Client client)
        {
            if (client.IsAway)
            {
                client.IsAway = false;
                client.Reset();
            }

            if (client.Joining is { } joining)
                FinishJoin(client, joining);
            else if (client.Syncing is { } syncing)
                FinishSync(client, syncing);
            else if (client.IsMember)
                Beat(client);
            else if (client.Joined is { } joined)
                BeginSync(client, joined);
            else
                Join(client);
        }

        private void Join(Client client) => client.Joining = _machine.Join(JoinRequest(
            client.MemberId, client.InstanceId, ("range", client.Metadata), ("sticky", client.Metadata)));

        private void Rejoin(Client client)
        {
            if (!client.IsMember)
                return;

            client.Reset();
            Join(client);
        }

        private void FinishJoin(Client client, GroupReply<JoinGroupResponse> joining)
        {
            if (joining.Response is not { } response)
                return;

            client.Joining = null;
            if (response.ErrorCode == ErrorCode.MemberIdRequired)
                client.MemberId = response.MemberId;
            else if (response.ErrorCode is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
                client.MemberId = "";
            else if (response.ErrorCode == ErrorCode.None)
                Accept(client, response);
            else
                Assert.Equal(ErrorCode.RebalanceInProgress, response.ErrorCode);
        }

        private void Accept(Client client, JoinGroupResponse response)
        {
            client.MemberId = response.MemberId;
            client.Joined = response;

            // A static member that takes the place of the leader has its new id from then on.
            (int, int) generation = (_life, response.GenerationId);
            if (!_generations.TryGetValue(generation, out (string Protocol, string Leader) known)
                || client.InstanceId is not null)
            {
                _generations[generation] = known = (response.ProtocolName!, response.Leader);
            }

            Assert.Equal(known.Protocol, response.ProtocolName);
            if (_clients.All(other => other.InstanceId is null))
                Assert.Equal(known.Leader, response.Leader);
            Assert.Equal(
                response.Leader == response.MemberId,
                response.Members.Any(member => member.MemberId == response.MemberId));
        }

        private void BeginSync(Client client, JoinGroupResponse joined)
        {
            byte number = (byte)_random.Next(256);
            (string, byte)[] assignments =
                [.. joined.Members.Select((member, i) => (member.MemberId, (byte)(number + i)))];
            bool mayAssign = _machine.Classic.State == "CompletingRebalance"
                && joined.Members.Count > 0 && joined.GenerationId == _machine.Classic.Generation;
            client.Syncing = _machine.Sync(joined, assignments);
            if (!mayAssign || client.Syncing.Response is not { ErrorCode: ErrorCode.None })
                return;

            foreach ((string member, byte assigned) in assignments)
                _assigned[(_life, joined.GenerationId, member)] = assigned;
        }

        private void FinishSync(Client client, GroupReply<SyncGroupResponse> syncing)
        {
            if (syncing.Response is not { } response)
                return;

            client.Syncing = null;
            if (response.ErrorCode != ErrorCode.None)
            {
                client.Reset();
                if (response.ErrorCode is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
                    client.MemberId = "";
                return;
            }

            client.IsMember = true;
            if (_assigned.TryGetValue((_life, client.Joined!.GenerationId, client.MemberId), out byte assigned))
                Assert.Equal([assigned], response.Assignment);
        }

        private void Beat(Client client)
        {
            int generation = client.Joined!.GenerationId;
            ErrorCode commit = _machine.Commit(client.MemberId, generation, client.InstanceId);
            if (commit == ErrorCode.None)
                Assert.Equal(_machine.Classic.Generation, generation);
            ErrorCode error = _machine.Heartbeat(client.MemberId, generation, client.InstanceId);
            if (error == ErrorCode.None)
                return;

            client.Reset();
            if (error is ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId)
                client.MemberId = "";
        }

        private void Crash(Client client)
        {
            client.Reset();
            client.MemberId = "";
            client.IsAway = true;
        }

        private void Leave(Client client)
        {
            if (client.MemberId.Length > 0)
                _machine.Leave((client.MemberId, client.InstanceId));
            Crash(client);
        }

        /// <summary>Starts the coordinator anew: who waited is not answered by it, and asks again.</summary>
        private void Restart()
        {
            string before = Described();
            bool wasWritten = _machine.Classic.State is "Stable" or "Empty";
            _machine.Restart();
            _life++;
            if (_machine.Log.Count == 0)
            {
                ClassicGroup group = new(Group, ClassicGroupSettings.Default);
                group.Loaded(0, ClusterImage.Empty);
                _machine.Groups.Put(group);
            }
            else if (wasWritten)
            {
                Assert.Equal(before, Described());
            }

            foreach (Client client in _clients)
            {
                if (client.Joining is not null || client.Syncing is not null)
                    client.Reset();
            }
        }

        private string Described() => MessageText.Of(_machine.Classic.Describe());

        private void Check()
        {
            ClassicGroup group = _machine.Classic;
            Assert.Equal(group.State == "Empty", group.IsEmpty);
            if (group.State != "Stable")
                return;

            // All who believe to be in this generation are, each under an id of its own; and what is written says so.
            GroupMetadataValue written = Assert.IsType<GroupMetadataValue>(_machine.Log[^1].Value);
            Assert.Equal(group.Generation, written.Generation);
            Assert.Equal(written.Members.Select(member => member.MemberId), _machine.MemberIds);
        }
    }
}
