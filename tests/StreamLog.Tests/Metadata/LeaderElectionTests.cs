using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class LeaderElectionTests
{
    private const sbyte Unclean = 1;

    [Fact]
    public void The_preferred_replica_is_elected_where_another_leads()
    {
        PlacementScript cluster = new(3, [1, 2]);
        cluster.Move(0, 2, 1);
        Assert.Equal("2,1 in sync 2,1 leader 1 epoch 0", cluster.Describe(0));

        Assert.Equal(ErrorCode.None, cluster.Elect(0));
        Assert.Equal("2,1 in sync 2,1 leader 2 epoch 1", cluster.Describe(0));
        Assert.Equal(ErrorCode.ElectionNotNeeded, cluster.Elect(0));
        Assert.Equal(ErrorCode.ElectionNotNeeded, cluster.Elect(0, Unclean));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, cluster.Elect(1));
    }

    [Fact]
    public void Who_asks_for_all_is_told_of_those_that_changed()
    {
        PlacementScript cluster = new(2, [1, 2], [1, 2]);
        cluster.Move(1, 2, 1);

        ElectLeadersResponse response = cluster.Decide(
            image => LeaderElection.Decide(image, new ElectLeadersRequest { TopicPartitions = null }));

        ElectLeadersResponse.PartitionElection result =
            Assert.Single(response.ReplicaElectionResults.Single().PartitionResult);
        Assert.Equal((1, ErrorCode.None), (result.PartitionId, result.ErrorCode));
        Assert.Equal(2, cluster[1].Leader);
    }

    [Fact]
    public void An_election_of_no_known_kind_is_refused()
    {
        ElectLeadersResponse response = new PlacementScript(1, [1]).Decide(
            image => LeaderElection.Decide(image, new ElectLeadersRequest { ElectionType = 2 }));

        Assert.Equal((ErrorCode.InvalidRequest, 0), (response.ErrorCode, response.ReplicaElectionResults.Count));
    }

    [Fact]
    public void What_a_node_led_is_led_by_the_next_in_sync_once_it_has_left()
    {
        PlacementScript cluster = new(3, [1, 2], [2, 1], [3, 2], [1]);

        Assert.Equal(ErrorCode.None, cluster.Unregister(1));

        Assert.Equal([2, 3], cluster.Image.Brokers.Keys);
        Assert.Equal("1,2 in sync 2 leader 2 epoch 1", cluster.Describe(0));
        Assert.Equal("2,1 in sync 2 leader 2 epoch 0", cluster.Describe(1));
        Assert.Equal("3,2 in sync 3,2 leader 3 epoch 0", cluster.Describe(2));
        Assert.Equal("1 in sync 1 leader -1 epoch 1", cluster.Describe(3));
        Assert.Equal(ErrorCode.BrokerIdNotRegistered, cluster.Unregister(1));
    }

    [Fact]
    public void A_replica_out_of_sync_leads_where_loss_is_taken_and_no_other_can()
    {
        PlacementScript cluster = new(3, [1, 2], [1]);
        cluster.Commit([new PartitionChangeRecord { TopicId = TopicId(cluster), PartitionId = 0, Isr = [1] }]);
        cluster.Unregister(1);
        Assert.Equal("1,2 in sync 1 leader -1 epoch 1", cluster.Describe(0));

        Assert.Equal(ErrorCode.PreferredLeaderNotAvailable, cluster.Elect(0));
        Assert.Equal(ErrorCode.None, cluster.Elect(0, Unclean));
        Assert.Equal("1,2 in sync 2 leader 2 epoch 2", cluster.Describe(0));
        Assert.Equal(ErrorCode.EligibleLeadersNotAvailable, cluster.Elect(1, Unclean));
    }

    [Fact]
    public void A_leader_stays_while_the_preferred_one_cannot_lead()
    {
        PlacementScript cluster = new(3, [1, 2]);
        cluster.Unregister(1);

        Assert.Equal(ErrorCode.PreferredLeaderNotAvailable, cluster.Elect(0));
        Assert.Equal("1,2 in sync 2 leader 2 epoch 1", cluster.Describe(0));
    }

    private static Guid TopicId(PlacementScript cluster) => cluster.Image.Topics["orders"].TopicId;
}
