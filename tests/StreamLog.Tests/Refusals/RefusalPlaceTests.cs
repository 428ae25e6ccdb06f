using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;
using Xunit;

namespace StreamLog.Tests.Refusals;

/// <summary>Where single APIs have their errors, and what is left of their requests.</summary>
public sealed class RefusalPlaceTests
{
    [Fact]
    public void Refused_partitions_of_a_produce_come_back_beside_the_others_of_their_topic()
    {
        using RecordBuffer records = RecordBuffer.CopyOf([1, 2, 3]);
        ProduceRequest request = new()
        {
            TopicData =
            [
                new()
                {
                    Name = "orders",
                    PartitionData = [new() { Index = 0, Records = records }, new() { Index = 1 }],
                },
                new() { Name = "bills", PartitionData = [new() { Index = 0 }] },
            ],
            ResponseToFill = new ProduceResponse(),
        };
        RequestSplit<ProduceResponse> split = Refusal.Split(request, target =>
            target.Partition == 1 || target.Name == "bills" ? ErrorCode.NotLeaderOrFollower : ErrorCode.None);

        ProduceRequest admitted = Assert.IsType<ProduceRequest>(split.Admitted);
        ProduceRequest.TopicProduceData left = Assert.Single(admitted.TopicData);
        Assert.Same(records, Assert.Single(left.PartitionData).Records);
        Assert.Null(admitted.ResponseToFill);
        Assert.Equal(2, request.TopicData.Count);
        ProduceResponse response = split.Merge(new ProduceResponse
        {
            Responses = [new() { Name = "orders", PartitionResponses = [new() { Index = 0, BaseOffset = 7 }] }],
        });
        Assert.Equal(["orders", "bills"], response.Responses.Select(topic => topic.Name));
        Assert.Equal(
            [(0, ErrorCode.None, 7), (1, ErrorCode.NotLeaderOrFollower, -1L)],
            response.Responses[0].PartitionResponses.Select(each => (each.Index, each.ErrorCode, each.BaseOffset)));
    }

    [Fact]
    public void A_transactional_id_that_is_refused_takes_its_produce_with_it()
    {
        ProduceRequest request = new()
        {
            TransactionalId = "tx",
            TopicData = [new() { Name = "orders", PartitionData = [new() { Index = 4 }] }],
        };
        List<RequestTarget> asked = [];
        RequestSplit<ProduceResponse> split = Refusal.Split(request, target =>
        {
            asked.Add(target);
            return ErrorCode.TransactionalIdAuthorizationFailed;
        });

        Assert.Null(split.Admitted);
        Assert.Equal([RequestTarget.OfTransactionalId("tx")], asked);
        Assert.Equal(
            ErrorCode.TransactionalIdAuthorizationFailed,
            split.Refused!.Responses.Single().PartitionResponses.Single().ErrorCode);
    }

    [Fact]
    public void The_same_thing_named_twice_is_judged_twice()
    {
        DescribeGroupsRequest request = new() { Groups = ["g", "g"] };
        int asked = 0;
        RequestSplit<DescribeGroupsResponse> split = Refusal.Split(
            request, _ => asked++ == 0 ? ErrorCode.NotCoordinator : ErrorCode.None);

        Assert.Single(((DescribeGroupsRequest)split.Admitted!).Groups);
        Assert.Single(split.Refused!.Groups);
        Assert.Equal(2, asked);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(5, true)]
    public void A_fetch_of_a_session_goes_on_without_partitions(int epoch, bool goesOn)
    {
        FetchRequest request = new()
        {
            SessionEpoch = epoch,
            Topics = [new() { Topic = "orders", Partitions = [new() { Partition = 1 }] }],
            ForgottenTopicsData = [new() { Topic = "bills", Partitions = [2] }],
        };
        RequestSplit<FetchResponse> split = Refusal.Split(request, _ => ErrorCode.NotLeaderOrFollower);

        Assert.Equal(goesOn, split.Admitted is FetchRequest { Topics.Count: 0, ForgottenTopicsData.Count: 1 });
        Assert.Equal(ErrorCode.None, split.Refused!.ErrorCode);
        FetchResponse.PartitionData refused = Assert.Single(Assert.Single(split.Refused.Responses).Partitions);
        Assert.Equal((ErrorCode.NotLeaderOrFollower, -1, 0),
            (refused.ErrorCode, refused.HighWatermark, refused.Records!.Length));
    }

    [Fact]
    public void A_fetch_that_is_refused_as_a_whole_says_so_at_the_top() =>
        Assert.Equal(
            ErrorCode.FetchSessionIdNotFound,
            Refusal.CreateResponse(new FetchRequest { SessionId = 3 }, ErrorCode.FetchSessionIdNotFound).ErrorCode);

    [Fact]
    public void Groups_of_an_offset_fetch_are_refused_whole_or_by_partition()
    {
        OffsetFetchRequest request = new()
        {
            Groups =
            [
                new() { GroupId = "denied", Topics = [new() { Name = "orders", PartitionIndexes = [0] }] },
                new() { GroupId = "all", Topics = null },
                new() { GroupId = "some", Topics = [new() { Name = "orders", PartitionIndexes = [0, 1] }] },
            ],
        };
        RequestSplit<OffsetFetchResponse> split = Refusal.Split(request, target =>
            target.Name == "denied" ? ErrorCode.GroupAuthorizationFailed :
            target.Partition == 1 ? ErrorCode.TopicAuthorizationFailed : ErrorCode.None);

        OffsetFetchRequest admitted = Assert.IsType<OffsetFetchRequest>(split.Admitted);
        Assert.Equal(["all", "some"], admitted.Groups.Select(group => group.GroupId));
        Assert.Equal([0], admitted.Groups[1].Topics!.Single().PartitionIndexes);
        Assert.Equal(
            [("denied", ErrorCode.GroupAuthorizationFailed, 0), ("some", ErrorCode.None, 1)],
            split.Refused!.Groups.Select(group => (group.GroupId, group.ErrorCode, group.Topics.Count)));
        Assert.Equal(3, request.Groups.Count);
        Assert.NotNull(request.Groups[0].Topics);
    }

    [Fact]
    public void The_one_group_of_an_older_offset_fetch_is_refused_at_the_top()
    {
        OffsetFetchRequest request = new() { GroupId = "g", Topics = [new() { Name = "a", PartitionIndexes = [3] }] };
        RequestSplit<OffsetFetchResponse> split =
            Refusal.Split(request, _ => ErrorCode.GroupAuthorizationFailed);

        Assert.Null(split.Admitted);
        Assert.Equal(ErrorCode.GroupAuthorizationFailed, split.Refused!.ErrorCode);
        Assert.Equal(-1, split.Refused.Topics.Single().Partitions.Single().CommittedOffset);
    }

    [Fact]
    public void Transactions_are_refused_at_the_top_whole_and_by_partition_otherwise()
    {
        AddPartitionsToTxnRequest request = new()
        {
            Transactions = [new() { TransactionalId = "a", Topics = [new() { Name = "t", Partitions = [0, 1] }] }],
        };

        Assert.Equal(
            ErrorCode.NotCoordinator, Refusal.CreateResponse(request, ErrorCode.NotCoordinator).ErrorCode);
        RequestSplit<AddPartitionsToTxnResponse> split = Refusal.Split(
            request, target => target.Partition == 1 ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None);
        Assert.Equal(ErrorCode.None, split.Refused!.ErrorCode);
        AddPartitionsToTxnResponse merged = split.Merge(new AddPartitionsToTxnResponse
        {
            ResultsByTransaction =
            [
                new()
                {
                    TransactionalId = "a",
                    TopicResults = [new() { Name = "t", ResultsByPartition = [new() { PartitionIndex = 0 }] }],
                },
            ],
        });
        Assert.Equal(
            [ErrorCode.None, ErrorCode.UnknownTopicOrPartition],
            merged.ResultsByTransaction.Single().TopicResults.Single().ResultsByPartition
                .Select(each => each.PartitionErrorCode));
    }

    [Theory]
    [InlineData(0, "g", RequestTargetKind.Group, "g")]
    [InlineData(1, "tx", RequestTargetKind.TransactionalId, "tx")]
    [InlineData(2, "g:h:5cTMQ-uPQPS7FqNpk1tWkA:0", RequestTargetKind.Group, "g:h")]
    public void Coordinators_are_asked_for_by_group_or_transactional_id(
        sbyte type, string key, RequestTargetKind kind, string name)
    {
        RequestTarget single =
            Assert.Single(Refusal.Targets(new FindCoordinatorRequest { Key = key, KeyType = type }));
        RequestTarget listed =
            Assert.Single(Refusal.Targets(new FindCoordinatorRequest { CoordinatorKeys = [key], KeyType = type }));

        Assert.Equal((kind, name), (single.Kind, single.Name));
        Assert.Equal(single, listed);
    }

    [Fact]
    public void Metadata_without_its_topics_still_asks_for_the_brokers()
    {
        MetadataRequest request = new() { Topics = [new() { Name = "secret" }] };
        RequestSplit<MetadataResponse> split =
            Refusal.Split(request, _ => ErrorCode.TopicAuthorizationFailed);

        Assert.Empty(((MetadataRequest)split.Admitted!).Topics!);
        Assert.Equal("secret", split.Refused!.Topics.Single().Name);
    }
}
