using StreamLog.Diagnostics;
using StreamLog.Protocol;
using Xunit;

namespace StreamLog.Tests.Clients;

/// <summary>A topic <c>orders</c>, and members of the group <c>g</c> that read it, over a broker in memory whose clock
/// the test moves.</summary>
internal sealed class GroupTrial : IAsyncDisposable
{
    private readonly List<TrialMember> _members = [];

    private GroupTrial(LocalClients clients, int partitions, bool isClassic, Func<IBroker, IBroker>? wrap) =>
        (Clients, PartitionCount, IsClassic, Wrap) = (clients, partitions, isClassic, wrap ?? (broker => broker));

    public LocalClients Clients { get; }

    public int PartitionCount { get; set; }

    /// <summary>Gets or sets what members count with from then on.</summary>
    public ClientMetrics? Metrics { get; set; }

    /// <summary>Gets whether the broker offers its members the classic protocol alone.</summary>
    public bool IsClassic { get; }

    /// <summary>Gets what stands between the members and the broker.</summary>
    public Func<IBroker, IBroker> Wrap { get; }

    /// <summary>Gets who owns what by what the members were told; a second owner fails the test.</summary>
    public Dictionary<TopicPartition, TrialMember> Owners { get; } = [];

    public List<string> Faults { get; } = [];

    public static async Task<GroupTrial> StartAsync(
        int partitions,
        StreamLogOptions? options = null,
        bool isClassic = false,
        Func<IBroker, IBroker>? wrap = null)
    {
        LocalClients clients = await LocalClients.StartAsync(options);
        await clients.Admin.CreateTopicAsync("orders", partitions);

        // The coordinator knows the group from here on, so that the first heartbeat need not be sent again.
        await clients.Admin.AlterGroupOffsetsAsync(
            "g", new Dictionary<TopicPartition, OffsetAndMetadata> { [new TopicPartition("orders", 0)] = new(0) });
        return new GroupTrial(clients, partitions, isClassic, wrap);
    }

    public TrialMember Join(Action<ConsumerOptions>? configure = null, Subscription? subscription = null)
    {
        TrialMember member = new(this, configure, subscription ?? Subscription.To("orders"));
        _members.Add(member);
        return member;
    }

    public async Task AppendAsync(int partition, params string[] values) =>
        await Clients.Harness.Environment.RunAsync(Clients.Topic("orders").AppendAsync(
            values.Select(value => new ProducerRecord<string, string>("k", value) { Partition = partition })));

    /// <summary>Lets time go on until something holds.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        await Clients.Harness.Environment.UntilAsync(holds);
        Assert.True(holds());
    }

    public Task PassAsync(TimeSpan time) =>
        Clients.Harness.Environment.RunAsync(Task.Delay(time, Clients.Harness.Time));

    public Task SharedAsync(params TrialMember[] members) => UntilAsync(() =>
        members.All(member => member.Consumer.Assignment.Count > 0)
        && members.Sum(member => member.Consumer.Assignment.Count)
            == PartitionCount);

    public async Task<long?> CommittedAsync(int partition)
    {
        IReadOnlyDictionary<TopicPartition, OffsetAndMetadata> offsets = await Clients.Admin.ListGroupOffsetsAsync("g");
        return offsets.TryGetValue(new TopicPartition("orders", partition), out OffsetAndMetadata found)
            ? found.Offset : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TrialMember member in _members)
            await Clients.Harness.Environment.RunAsync(member.DisposeAsync().AsTask());
        await Clients.DisposeAsync();
        Assert.Empty(Faults);
    }
}
