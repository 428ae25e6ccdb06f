using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using Xunit;

namespace StreamLog.Tests.Metadata;

public sealed class ReassignmentTests
{
    [Fact]
    public void A_leader_that_keeps_its_place_leads_on()
    {
        PlacementScript cluster = new(3, [1, 2]);

        Assert.Equal(ErrorCode.None, cluster.Move(0, 3, 1, 2));
        Assert.Equal("3,1,2 in sync 3,1,2 leader 1 epoch 0", cluster.Describe(0));
        Assert.Equal(ErrorCode.None, cluster.Move(0, 1, 3));
        Assert.Equal("1,3 in sync 1,3 leader 1 epoch 1", cluster.Describe(0));
    }

    [Fact]
    public void A_leader_that_loses_its_place_is_followed_by_the_first_of_the_new_ones()
    {
        PlacementScript cluster = new(3, [1, 2]);

        Assert.Equal(ErrorCode.None, cluster.Move(0, 3, 2));

        Assert.Equal("3,2 in sync 3,2 leader 3 epoch 1", cluster.Describe(0));
        Assert.Equal(1, cluster[0].PartitionEpoch);
    }

    [Fact]
    public void What_is_there_already_changes_nothing()
    {
        PlacementScript cluster = new(2, [1, 2]);
        long before = cluster.Image.EndOffset;

        Assert.Equal(ErrorCode.None, cluster.Move(0, 1, 2));

        Assert.Equal(before, cluster.Image.EndOffset);
    }

    [Fact]
    public void Moves_that_cannot_be_are_refused()
    {
        PlacementScript cluster = new(2, [1]);

        Assert.Equal(ErrorCode.InvalidReplicaAssignment, cluster.Move(0));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, cluster.Move(0, 1, 1));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, cluster.Move(0, 3));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, cluster.Move(0, -1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, cluster.Move(1, 1));
        Assert.Equal(ErrorCode.NoReassignmentInProgress, cluster.Move(0, null));
        Assert.Equal("1 in sync 1 leader 1 epoch 0", cluster.Describe(0));
    }

    [Fact]
    public void The_number_of_replicas_changes_where_the_request_allows_it()
    {
        PlacementScript cluster = new(2, [1]);
        AlterPartitionReassignmentsRequest request = new()
        {
            AllowReplicationFactorChange = false,
            Topics = [new() { Name = "orders", Partitions = [new() { Replicas = [1, 2] }] }],
        };

        AlterPartitionReassignmentsResponse refused =
            cluster.Decide(image => Reassignment.Decide(image, request));
        request.AllowReplicationFactorChange = true;
        AlterPartitionReassignmentsResponse granted =
            cluster.Decide(image => Reassignment.Decide(image, request));

        Assert.Equal(
            ErrorCode.InvalidReplicationFactor, refused.Responses.Single().Partitions.Single().ErrorCode);
        Assert.Equal(ErrorCode.None, granted.Responses.Single().Partitions.Single().ErrorCode);
        Assert.Equal("1,2 in sync 1,2 leader 1 epoch 0", cluster.Describe(0));
    }
}
