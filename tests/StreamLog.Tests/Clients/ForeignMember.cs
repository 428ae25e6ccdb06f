using System.Buffers.Binary;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;

namespace StreamLog.Tests.Clients;

/// <summary>A member of the group <c>g</c> that another client's library made: it sends the bytes that librdkafka does,
/// by hand, and never misses a heartbeat.</summary>
internal sealed class ForeignMember(GroupTrial trial) : IAsyncDisposable
{
    private const int Patience = 1_800_000;

    private string _id = "";
    private int _generation = -1;

    public string Assignor { get; init; } = "cooperative-sticky";

    /// <summary>Joins together with the others.</summary>
    /// <returns>What it is assigned. Where it leads, that is nothing, for all.</returns>
    public async Task<int[]> JoinAsync(params int[] owned)
    {
        if (_id.Length == 0)
            _id = (await SendAsync(Join([]))).MemberId;
        JoinGroupResponse joined = await SendAsync(Join(owned));
        return joined.Leader == _id ? await LeadAsync(joined, [], []) : await SyncAsync(joined, []);
    }

    /// <summary>Joins again once somebody else has begun to.</summary>
    public async Task<JoinGroupResponse> JoinWithOthersAsync()
    {
        while (await BeatAsync() != ErrorCode.RebalanceInProgress)
            await trial.PassAsync(TimeSpan.FromSeconds(1));
        return await SendAsync(Join([]));
    }

    /// <summary>Assigns partitions to the other member and to itself.</summary>
    public Task<int[]> LeadAsync(JoinGroupResponse joined, int[] ours, int[] own) => SyncAsync(
        joined,
        [
            .. joined.Members.Select(member => new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = member.MemberId,
                Assignment = [0, 0, .. Partitions(member.MemberId == _id ? own : ours), 255, 255, 255, 255],
            }),
        ]);

    public async Task<ErrorCode> BeatAsync() => (await SendAsync(
        new HeartbeatRequest { GroupId = "g", MemberId = _id, GenerationId = _generation })).ErrorCode;

    public async ValueTask DisposeAsync() =>
        await SendAsync(new LeaveGroupRequest { GroupId = "g", Members = { new() { MemberId = _id } } });

    // An array of one topic, with its partitions.
    private static byte[] Partitions(int[] numbers) =>
    [
        .. Int32(1), 0, 6, .. "orders"u8, .. Int32(numbers.Length), .. numbers.SelectMany(Int32),
    ];

    private static byte[] Int32(int value)
    {
        byte[] bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private JoinGroupRequest Join(int[] owned)
    {
        // Version 1. What is for the assignor: the partitions that it had, and the generation.
        byte[] userData = _generation < 0 ? [] : [.. Partitions(owned), .. Int32(_generation)];
        byte[] length = _generation < 0 ? [255, 255, 255, 255] : Int32(userData.Length);
        return new JoinGroupRequest
        {
            GroupId = "g",
            MemberId = _id,
            ProtocolType = "consumer",
            SessionTimeoutMs = Patience,
            RebalanceTimeoutMs = Patience,
            Protocols =
            {
                new()
                {
                    Name = Assignor,
                    Metadata =
                    [
                        0, 1, .. Int32(1), 0, 6, .. "orders"u8, .. length, .. userData, .. Partitions(owned),
                    ],
                },
            },
        };
    }

    private async Task<int[]> SyncAsync(
        JoinGroupResponse joined, List<SyncGroupRequest.SyncGroupRequestAssignment> assignments)
    {
        _generation = joined.GenerationId;
        SyncGroupResponse synced = await SendAsync(new SyncGroupRequest
        {
            GroupId = "g",
            MemberId = _id,
            GenerationId = _generation,
            Assignments = assignments,
        });
        return
        [
            .. ConsumerProtocolFrames.ReadAssignment(synced.Assignment).AssignedPartitions
                .SelectMany(topic => topic.Partitions),
        ];
    }

    private Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request)
        where TResponse : class => trial.Clients.Harness.Environment.RunAsync(trial.Clients.Harness.SendAsync(request));
}
