using StreamLog.Broker;
using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Broker;

/// <summary>Whose session goes where there is room for two.</summary>
public sealed class FetchSessionSlotsTests
{
    private readonly SimulatedTime _time = new();
    private readonly FetchSessions _sessions;
    private int _lastId;

    public FetchSessionSlotsTests() => _sessions = new FetchSessions(_time, _ => _lastId++, slots: 2);

    [Fact]
    public void Young_sessions_stay_however_large_the_new_one_is()
    {
        int first = Open(partitions: 1);
        int second = Open(partitions: 1);

        Assert.Equal(0, Open(partitions: 100));
        Assert.True(IsThere(first) && IsThere(second));
        Assert.Equal(2, _sessions.Count);
    }

    [Fact]
    public void The_one_that_was_idle_for_two_minutes_goes()
    {
        int first = Open(partitions: 9);
        _time.Advance(TimeSpan.FromSeconds(119));
        int second = Open(partitions: 1);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.NotEqual(0, Open(partitions: 1));

        Assert.False(IsThere(first));
        Assert.True(IsThere(second));
    }

    [Fact]
    public void The_smallest_that_has_had_its_time_goes_for_a_larger_one()
    {
        int large = Open(partitions: 5);
        int small = Open(partitions: 2);
        _time.Advance(TimeSpan.FromSeconds(119));
        Assert.True(IsThere(large) && IsThere(small));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(IsThere(large) && IsThere(small));

        Assert.Equal(0, Open(partitions: 2));
        Assert.NotEqual(0, Open(partitions: 3));
        Assert.False(IsThere(small));
        Assert.True(IsThere(large));
    }

    [Fact]
    public void A_followers_session_takes_the_place_of_a_consumers()
    {
        int large = Open(partitions: 5);
        int small = Open(partitions: 2);

        Assert.NotEqual(0, Open(partitions: 1, isFollower: true));
        Assert.False(IsThere(small));
        Assert.True(IsThere(large));
        Assert.NotEqual(0, Open(partitions: 1, isFollower: true));
        Assert.Equal(0, Open(partitions: 9, isFollower: true));
        Assert.Equal(0, Open(partitions: 9));
    }

    [Fact]
    public void Who_names_all_again_gives_up_the_session_that_it_had()
    {
        int first = Open(partitions: 1);
        Open(partitions: 1);

        int again = Open(partitions: 1, sessionId: first);

        Assert.NotEqual(0, again);
        Assert.False(IsThere(first));
        Assert.Equal(2, _sessions.Count);
    }

    [Fact]
    public void An_answer_that_only_holds_its_client_back_opens_none() =>
        Assert.Equal(0, _sessions.Open(Request(1, false), new FetchResponse { ThrottleTimeMs = 5 }));

    [Fact]
    public void Epochs_begin_again_at_1() => Assert.Equal(
        (2, int.MaxValue, 1),
        (FetchSessions.NextEpoch(1), FetchSessions.NextEpoch(int.MaxValue - 1), FetchSessions.NextEpoch(int.MaxValue)));

    private readonly Dictionary<int, int> _epochs = [];

    private int Open(int partitions, bool isFollower = false, int sessionId = 0)
    {
        FetchRequest request = Request(partitions, isFollower);
        request.SessionId = sessionId;
        FetchInSession fetch = _sessions.Begin(request, out _)!;
        int id = fetch.Complete(new FetchResponse
        {
            Responses = [new() { Topic = "orders", Partitions = [new()] }],
        }).SessionId;
        _epochs[id] = 1;
        return id;
    }

    /// <summary>Uses a session, if it is there.</summary>
    private bool IsThere(int id) =>
        _sessions.Begin(new FetchRequest { SessionId = id, SessionEpoch = _epochs[id]++ }, out _) is not null;

    private static FetchRequest Request(int partitions, bool isFollower) => new()
    {
        SessionEpoch = 0,
        ReplicaState = isFollower ? new FetchRequest.FetchReplicaState { ReplicaId = 2 } : null,
        Topics =
        [
            new()
            {
                Topic = "orders",
                Partitions = [.. Enumerable.Range(0, partitions).Select(
                    partition => new FetchRequest.FetchPartition { Partition = partition })],
            },
        ],
    };
}
