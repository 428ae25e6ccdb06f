using StreamLog.Protocol.Messages;
using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>Members of groups over the consumer protocol.</summary>
public sealed class ConsumerProtocolTests() : GroupMembershipTests(isClassic: false)
{
    [Fact]
    public async Task Partitions_move_without_waiting_for_the_next_heartbeats()
    {
        StreamLogOptions options = new();
        options.Groups.ConsumerHeartbeatInterval = TimeSpan.FromDays(1);
        options.Groups.ConsumerSessionTimeout = TimeSpan.FromDays(3);
        await using GroupTrial trial = await GroupTrial.StartAsync(4, options);
        TrialMember first = trial.Join(o => o.MaxPollInterval = TimeSpan.FromDays(2)).Start();
        await trial.SharedAsync(first);

        TrialMember second = trial.Join(o => o.MaxPollInterval = TimeSpan.FromDays(2)).Start();
        await trial.SharedAsync(first, second);
        await first.DisposeAsync();
        await trial.SharedAsync(second);

        Assert.Equal(4, second.Heard.Count(heard => heard.StartsWith('+')));
    }

    [Fact]
    public async Task Who_was_fenced_joins_again_and_reads_on_from_what_was_committed()
    {
        SimulatedEnvironment environment = new();
        ScriptedBroker broker = new ScriptedBroker().Add("orders", 1);
        broker.Fill(0, 0, 3);
        int fences = 0;
        broker.Script = request => request is ConsumerGroupHeartbeatRequest { MemberEpoch: 1 }
            && broker.Offsets.Values.Contains(3) && fences++ == 0
            ? new Fault { Error = ErrorCode.FencedMemberEpoch } : null;
        await using HandlerTrial trial = HandlerTrial.Over(broker, environment);
        int count = 0;
        trial.Handle((_, _) =>
        {
            Interlocked.Increment(ref count);
            return ValueTask.CompletedTask;
        });

        // What came before it has lost its partition it might read twice.
        await environment.UntilAsync(() => Joins() == 2);
        broker.Fill(0, 3, 2);
        await environment.UntilAsync(() => broker.Offsets.Values.Contains(5));

        Assert.Equal(5, count);
        Assert.Equal(2, Joins());
        int Joins() => broker.Sent<ConsumerGroupHeartbeatRequest>().Count(request => request.MemberEpoch == 0);
    }
}
