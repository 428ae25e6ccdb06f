using StreamLog.Metadata;
using StreamLog.Protocol.Messages;
using StreamLog.Tests.Broker;
using Xunit;

namespace StreamLog.Tests.Authorization;

/// <summary>Who may read records, in a session or without one.</summary>
public sealed class FetchAccessTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public async Task Records_are_read_by_whom_it_is_permitted_with_a_session_or_without(int epoch)
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.Broker.ProduceAsync("orders", 0, "a");
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
        request.SessionEpoch = epoch;

        using (FetchResponse refused = await node.SendAsync(request))
        {
            FetchResponse.PartitionData data = BrokerHarness.Single(refused);
            Assert.Equal((ErrorCode.TopicAuthorizationFailed, 0), (data.ErrorCode, data.Records!.Length));
        }

        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "orders");
        using FetchResponse read = await node.SendAsync(request);
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(read).ErrorCode);
        Assert.NotEqual(0, BrokerHarness.Single(read).Records!.Length);
    }

    [Fact]
    public async Task What_a_session_may_not_read_stays_in_it_and_is_read_once_it_may()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.Broker.CreateTopicAsync("bills");
        await node.Broker.ProduceAsync("orders", 0, "a");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "bills");
        FetchRequest opening = BrokerHarness.FetchRequest("orders", 0, 0);
        opening.Topics.AddRange(BrokerHarness.FetchRequest("bills", 0, 0).Topics);
        opening.SessionEpoch = 0;

        using FetchResponse opened = await node.SendAsync(opening);
        using FetchResponse refused = await node.SendAsync(Next(1));
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "orders");
        using FetchResponse read = await node.SendAsync(Next(2));

        Assert.Equal(
            [("bills", ErrorCode.None), ("orders", ErrorCode.TopicAuthorizationFailed)],
            opened.Responses.Select(topic => (topic.Topic, topic.Partitions.Single().ErrorCode)).Order());
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, BrokerHarness.Single(refused).ErrorCode);
        Assert.Equal("a", BrokerHarness.Decode(BrokerHarness.Single(read).Records!).Single().Value);

        FetchRequest Next(int epoch) => new() { SessionId = opened.SessionId, SessionEpoch = epoch };
    }

    [Fact]
    public async Task Who_fetches_as_a_follower_must_be_permitted_what_nodes_do()
    {
        await using AclHarness node = await AclHarness.StartAsync();
        await node.Broker.CreateTopicAsync("orders");
        await node.Broker.ProduceAsync("orders", 0, "a");
        await node.AllowAsync(AclOperation.Read, AclResourceType.Topic, "orders");
        FetchRequest request = BrokerHarness.FetchRequest("orders", 0, 0);
        request.ReplicaState = new() { ReplicaId = 2 };

        using (FetchResponse refused = await node.SendAsync(request))
        {
            Assert.Equal(
                (ErrorCode.None, ErrorCode.TopicAuthorizationFailed),
                (refused.ErrorCode, BrokerHarness.Single(refused).ErrorCode));
        }

        await node.AllowAsync(
            AclOperation.ClusterAction, AclResourceType.Cluster, AccessRule.ClusterName, user: "follower");
        using FetchResponse read = await node.SendAsync(request, "follower");
        Assert.Equal(ErrorCode.None, BrokerHarness.Single(read).ErrorCode);
    }
}
