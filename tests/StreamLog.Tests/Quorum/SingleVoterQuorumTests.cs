using StreamLog.Simulation;
using Xunit;

namespace StreamLog.Tests.Quorum;

public sealed class SingleVoterQuorumTests
{
    [Fact]
    public async Task What_was_appended_is_heard_in_order_now_and_after_a_power_cut()
    {
        SimulatedDisk disk = new();
        QuorumHarness first = await QuorumHarness.StartAsync(disk);
        int epoch = await first.Quorum.CampaignAsync(CancellationToken.None);
        long end = await first.AppendAsync(epoch, 0, "a", "b");
        await first.AppendAsync(epoch, end, "c");
        Assert.Equal(["a", "b", "c"], first.Heard);

        QuorumHarness second = await QuorumHarness.StartAsync(disk.Crash());

        Assert.Equal(["a", "b", "c"], second.Heard);
        Assert.Equal(first.HeardAt, second.HeardAt);
    }

    [Fact]
    public async Task Each_start_is_a_new_term_unless_the_node_was_stopped_in_order()
    {
        SimulatedDisk disk = new();
        List<int> epochs = [];
        foreach (bool isOrderly in (bool[])[true, true, false, false, true, true, false])
        {
            QuorumHarness node = await QuorumHarness.StartAsync(disk);
            epochs.Add(await node.Quorum.CampaignAsync(CancellationToken.None));
            node.Directory.BrokerEpoch = 7;
            if (isOrderly)
                await node.DisposeAsync();
            else
                disk = disk.Crash();
        }

        Assert.Equal([0, 0, 0, 1, 2, 2, 2], epochs);
    }

    [Fact]
    public async Task A_directory_that_was_opened_and_closed_in_between_is_no_orderly_stop()
    {
        SimulatedDisk disk = new();
        QuorumHarness first = await QuorumHarness.StartAsync(disk);
        Assert.Equal(0, await first.Quorum.CampaignAsync(CancellationToken.None));
        first.Directory.BrokerEpoch = 7;
        disk = disk.Crash();

        // A start that was given up before the node was registered.
        await (await QuorumHarness.StartAsync(disk)).DisposeAsync();

        QuorumHarness last = await QuorumHarness.StartAsync(disk);
        Assert.Equal(1, await last.Quorum.CampaignAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_quorum_state_costs_no_epoch_that_was_used()
    {
        SimulatedDisk disk = new();
        QuorumHarness first = await QuorumHarness.StartAsync(disk);
        int before = await first.Quorum.CampaignAsync(CancellationToken.None);
        await first.AppendAsync(before, 0, "a");
        await first.DisposeAsync();
        disk.CutFile("/data/__cluster_metadata-0/quorum-state", 10);

        QuorumHarness second = await QuorumHarness.StartAsync(disk);

        Assert.True(await second.Quorum.CampaignAsync(CancellationToken.None) > before);
        Assert.Equal(["a"], second.Heard);
    }

    [Fact]
    public async Task Appends_of_another_term_or_behind_the_end_are_refused()
    {
        QuorumHarness node = await QuorumHarness.StartAsync(new SimulatedDisk());
        StreamLogException early = await Assert.ThrowsAsync<StreamLogException>(() => node.AppendAsync(0, 0, "a"));
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        long end = await node.AppendAsync(epoch, 0, "a");

        StreamLogException late = await Assert.ThrowsAsync<StreamLogException>(
            () => node.AppendAsync(epoch, end - 1, "b"));
        StreamLogException alien = await Assert.ThrowsAsync<StreamLogException>(
            () => node.AppendAsync(epoch + 1, end, "b"));

        Assert.Equal(
            [ErrorCode.NotController, ErrorCode.InvalidUpdateVersion, ErrorCode.NotController],
            new[] { early, late, alien }.Select(exception => exception.ErrorCode));
        Assert.Equal(["a"], node.Heard);
    }

    [Fact]
    public async Task Nothing_is_heard_before_it_is_on_the_disk()
    {
        SimulatedDisk disk = new();
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);

        disk.HoldFlushes();
        Task<long> append = node.AppendAsync(epoch, 0, "a");
        Assert.Empty(node.Heard);
        Assert.False(append.IsCompleted);
        disk.ReleaseFlushes();

        await append;
        Assert.Equal(["a"], node.Heard);
    }

    [Fact]
    public async Task A_failed_flush_is_told_to_everybody_who_waits_and_to_the_owner()
    {
        SimulatedDisk disk = new();
        QuorumHarness node = await QuorumHarness.StartAsync(disk);
        int epoch = await node.Quorum.CampaignAsync(CancellationToken.None);
        StreamLogException? told = null;
        node.Quorum.Failed += failure => told = failure;
        disk.Faults.FailFlushes(path => path.EndsWith(".log", StringComparison.Ordinal));

        StreamLogException failed = await Assert.ThrowsAsync<StreamLogException>(() => node.AppendAsync(epoch, 0, "a"));

        Assert.Equal(ErrorCode.KafkaStorageError, failed.ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, told?.ErrorCode);
        Assert.Empty(node.Heard);
        await Assert.ThrowsAsync<StreamLogException>(() => node.AppendAsync(epoch, 0, "b"));
    }
}
