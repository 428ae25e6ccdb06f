using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class BrokerLifecycleTests
{
    [Fact]
    public void A_node_that_is_fenced_leaves_the_in_sync_sets_and_others_lead()
    {
        PlacementScript script = new(3, [1, 2, 3], [2, 3, 1], [1]);

        Assert.True(Heartbeat(script, 1, wantsFence: true).IsFenced);

        Assert.Equal("1,2,3 in sync 2,3 leader 2 epoch 1", script.Describe(0));
        Assert.Equal("2,3,1 in sync 2,3 leader 2 epoch 0", script.Describe(1));
        Assert.Equal("1 in sync 1 leader -1 epoch 1", script.Describe(2));
        Assert.False(script.Image.IsActive(1));
    }

    [Fact]
    public void A_node_that_is_back_is_in_sync_again_and_leads_what_nobody_led()
    {
        PlacementScript script = new(3, [1, 2, 3], [2, 3, 1], [1]);
        Heartbeat(script, 1, wantsFence: true);

        Assert.False(Heartbeat(script, 1, wantsFence: false).IsFenced);

        Assert.Equal("1,2,3 in sync 1,2,3 leader 2 epoch 1", script.Describe(0));
        Assert.Equal("2,3,1 in sync 2,3,1 leader 2 epoch 0", script.Describe(1));
        Assert.Equal("1 in sync 1 leader 1 epoch 2", script.Describe(2));
    }

    [Fact]
    public void Only_who_was_the_last_in_sync_leads_what_nobody_leads()
    {
        PlacementScript script = new(2, [1, 2]);
        Heartbeat(script, 1, wantsFence: true);
        Heartbeat(script, 2, wantsFence: true);
        Assert.Equal("1,2 in sync 2 leader -1 epoch 2", script.Describe(0));

        Heartbeat(script, 1, wantsFence: false);
        Assert.Equal("1,2 in sync 2 leader -1 epoch 2", script.Describe(0));

        Heartbeat(script, 2, wantsFence: false);
        Assert.Equal("1,2 in sync 1,2 leader 2 epoch 3", script.Describe(0));
    }

    [Fact]
    public void A_heartbeat_that_changes_nothing_writes_nothing()
    {
        PlacementScript script = new(2, [1, 2]);

        Assert.Empty(BrokerLifecycle.Heartbeat(script.Image, Request(script, 1, wantsFence: false)).Records);
    }

    [Fact]
    public void Strangers_and_registrations_of_before_are_told_so()
    {
        PlacementScript script = new(1, [1]);
        BrokerHeartbeatRequest old = Request(script, 1, wantsFence: true);
        old.BrokerEpoch++;

        Assert.Equal(ErrorCode.StaleBrokerEpoch, BrokerLifecycle.Heartbeat(script.Image, old).Response.ErrorCode);
        Assert.Equal(
            ErrorCode.BrokerIdNotRegistered,
            BrokerLifecycle.Heartbeat(script.Image, new BrokerHeartbeatRequest { BrokerId = 9 }).Response.ErrorCode);
    }

    [Fact]
    public void A_node_registers_and_takes_no_part_before_it_asks()
    {
        PlacementScript script = new(1, [1]);
        BrokerRegistrationResponse response = Register(script, 2, "b");

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.True(script.Image.Brokers[2].IsFenced);
        Assert.Equal("b", script.Image.Brokers[2].Rack);
        Assert.Equal(response.BrokerEpoch, script.Image.Brokers[2].BrokerEpoch);
        Heartbeat(script, 2, wantsFence: false);
        Assert.True(script.Image.IsActive(2));
    }

    [Fact]
    public void An_id_that_is_taken_is_not_registered_for_another_run()
    {
        PlacementScript script = new(1, [1]);

        Assert.Equal(ErrorCode.DuplicateBrokerRegistration, Register(script, 1, null).ErrorCode);
        Heartbeat(script, 1, wantsFence: true);
        Assert.Equal(ErrorCode.None, Register(script, 1, null).ErrorCode);
    }

    [Fact]
    public void A_snapshot_keeps_racks_and_who_takes_no_part()
    {
        PlacementScript script = new(1, [1]);
        Register(script, 2, "b");
        IMetadataRecord[] records = [.. ImageRecords.Of(script.Image)];

        ClusterImage restored = ClusterImage.Empty.Apply(records, records.Length, controllerEpoch: 0);
        Assert.Equal(("b", true), (restored.Brokers[2].Rack, restored.Brokers[2].IsFenced));
        Assert.False(restored.Brokers[1].IsFenced);
    }

    [Fact]
    public void A_node_that_starts_again_leaves_others_of_its_process_their_lead()
    {
        PlacementScript script = new(1, [1]);
        Guid directory = script.Image.Brokers[1].DirectoryIds[0];
        script.Decide(image => BrokerLifecycle.Register(
            image, new BrokerRegistrationRequest { BrokerId = 2, IncarnationId = Guid.NewGuid() }, directory));
        Heartbeat(script, 2, wantsFence: false);
        script.Commit([TopicCreation.NewPartition(script.Image.Topics["orders"].TopicId, 1, [2, 1])]);

        script.Decide(image => Controller.RegisterNode(image, 1, Guid.NewGuid(), directory));

        Assert.Equal("1 in sync 1 leader 1 epoch 1", script.Describe(0));
        Assert.Equal("2,1 in sync 2,1 leader 2 epoch 1", script.Describe(1));
    }

    private static BrokerRegistrationResponse Register(PlacementScript script, int node, string? rack) =>
        script.Decide(image => BrokerLifecycle.Register(
            image,
            new BrokerRegistrationRequest { BrokerId = node, IncarnationId = Guid.NewGuid(), Rack = rack },
            Guid.NewGuid()));

    private static BrokerHeartbeatRequest Request(PlacementScript script, int node, bool wantsFence) => new()
    {
        BrokerId = node,
        BrokerEpoch = script.Image.Brokers[node].BrokerEpoch,
        WantFence = wantsFence,
    };

    private static BrokerHeartbeatResponse Heartbeat(PlacementScript script, int node, bool wantsFence) =>
        script.Decide(image => BrokerLifecycle.Heartbeat(image, Request(script, node, wantsFence)));
}
