using Xunit;

namespace StreamLog.Tests.Node;

// Goal: what is wrong with a topic is said by name, together with what would be right, and leaves no trace.
public sealed class IllegalTopicTests : NodeTest
{
    public static TheoryData<string, string> IllegalNames => new()
    {
        { "", "empty" },
        { ".", "'.'" },
        { "..", "'..'" },
        { new string('a', 250), "249" },
        { "two words", "two words" },
        { "orders/7", "orders/7" },
        { "örders", "örders" },
        { "orders\0", "letters" },
        { "orders\\7", "orders\\7" },
    };

    [Theory]
    [MemberData(nameof(IllegalNames))]
    public async Task A_topic_of_an_illegal_name_is_refused_everywhere(string name, string part)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await using IProducer<string, string> producer = node.CreateProducer<string, string>();

        await AssertRefusedAsync(
            ErrorCode.InvalidTopic, async () => await node.Admin.CreateTopicAsync(name, cancellationToken: Stop), part);
        await AssertRefusedAsync(
            ErrorCode.InvalidTopic,
            async () => await node.Admin.CreateTopicIfMissingAsync(name, cancellationToken: Stop),
            part);
        await AssertRefusedAsync(
            ErrorCode.InvalidTopic, () => { node.Topic<string, string>(name); return Task.CompletedTask; }, part);
        await AssertRefusedAsync(
            ErrorCode.InvalidTopic,
            async () => await producer.AppendAsync(name, new ProducerRecord<string, string>("k", "v"), Stop));

        Assert.Empty(await node.Admin.ListTopicsAsync(cancellationToken: Stop));
        await AssertStillWorksAsync(node);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("A.b_c-9")]
    [InlineData("...")]
    public async Task A_legal_name_is_taken(string name)
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        await node.Admin.CreateTopicAsync(name, cancellationToken: Stop);
        await node.Topic<string, string>(name).AppendAsync("k", "v", Stop);

        Assert.Equal([name], await node.Admin.ListTopicsAsync(cancellationToken: Stop));
    }

    [Fact]
    public async Task The_longest_legal_name_is_taken_and_survives_a_restart()
    {
        TrialEnvironment environment = new();
        string name = new('n', 249);
        await using (StreamLogNode node = await StartAsync(environment))
        {
            await node.Admin.CreateTopicAsync(name, cancellationToken: Stop);
            await node.Topic<string, string>(name).AppendAsync("k", "v", Stop);
        }

        await using StreamLogNode again = await StartAsync(environment);
        Assert.Equal(["v"], await ReadValuesAsync(again.Topic<string, string>(name)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public async Task A_topic_of_an_impossible_number_of_partitions_is_refused(int partitions)
    {
        await using StreamLogNode node = await StartInMemoryAsync();

        await AssertRefusedAsync(
            ErrorCode.InvalidPartitions,
            async () => await node.Admin.CreateTopicAsync("orders", partitions, cancellationToken: Stop),
            "partitions");

        Assert.Empty(await node.Admin.ListTopicsAsync(cancellationToken: Stop));
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task More_partitions_than_one_request_may_bring_are_refused_with_the_number_that_may()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", partitions: 3, cancellationToken: Stop);

        await AssertRefusedAsync(
            ErrorCode.PolicyViolation,
            async () => await node.Admin.CreateTopicAsync("more", int.MaxValue, cancellationToken: Stop),
            "10000");
        await AssertRefusedAsync(
            ErrorCode.PolicyViolation,
            async () => await node.Admin.CreatePartitionsAsync("orders", int.MaxValue, Stop),
            "10000");

        Assert.Equal(["orders"], await node.Admin.ListTopicsAsync(cancellationToken: Stop));
        Assert.Equal(3, (await node.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        await AssertStillWorksAsync(node);
    }

    [Fact]
    public async Task A_topic_is_created_once()
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", partitions: 2, cancellationToken: Stop);

        await AssertRefusedAsync(
            ErrorCode.TopicAlreadyExists,
            async () => await node.Admin.CreateTopicAsync("orders", partitions: 3, cancellationToken: Stop),
            "orders");
        Assert.False(await node.Admin.CreateTopicIfMissingAsync("orders", partitions: 3, cancellationToken: Stop));

        Topic topic = await node.Admin.DescribeTopicAsync("orders", Stop);
        Assert.Equal(2, topic.Partitions.Count);
        await AssertStillWorksAsync(node);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(0)]
    [InlineData(-5)]
    public async Task Partitions_are_added_and_never_taken_away(int totalCount)
    {
        await using StreamLogNode node = await StartInMemoryAsync();
        await node.Admin.CreateTopicAsync("orders", partitions: 3, cancellationToken: Stop);

        await AssertRefusedAsync(
            ErrorCode.InvalidPartitions,
            async () => await node.Admin.CreatePartitionsAsync("orders", totalCount, Stop));

        Assert.Equal(3, (await node.Admin.DescribeTopicAsync("orders", Stop)).Partitions.Count);
        await AssertStillWorksAsync(node);
    }
}
